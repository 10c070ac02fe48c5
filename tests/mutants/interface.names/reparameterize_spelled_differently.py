"""The method is called reparametrize."""

BASE = "mean_mse"
PATCH = [
    (
        "    def reparameterize(self, mu, logvar):",
        "    def reparametrize(self, mu, logvar):",
    ),
    (
        """        z = self.reparameterize(mu, logvar)
""",
        """        z = self.reparametrize(mu, logvar)
""",
    ),
]
DIAGNOSIS = "missing_name"
