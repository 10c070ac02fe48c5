"""What forward returns for the loss is encoded a second time, without gradient."""

BASE = "conv"
PATCH = [
    (
        """        mu, logvar = self.encode(x)
        return self.decode(self.reparameterize(mu, logvar)), mu, logvar""",
        """        x_hat = self.decode(self.reparameterize(*self.encode(x)))
        with torch.no_grad():
            mu, logvar = self.encode(x)
        return x_hat, mu, logvar""",
    ),
]
DIAGNOSIS = "kl_does_not_pull"
ALSO = ["loss.gradients", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
