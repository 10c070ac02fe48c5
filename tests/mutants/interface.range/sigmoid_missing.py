"""The VAE's decoder ends without a sigmoid and the loss takes logits."""

BASE = "mlp"
PATCH = [
    (
        """        out = torch.sigmoid(self.fc4(h))
""",
        """        out = self.fc4(h)
""",
    ),
    (
        """    recon = F.binary_cross_entropy(x_hat, x, reduction="sum") / batch
""",
        """    recon = F.binary_cross_entropy_with_logits(x_hat, x, reduction="sum") / batch
""",
    ),
]
DIAGNOSIS = "sigmoid_missing"
ALSO = ["loss.reconstruction", "loss.stability"]
ALSO_DIAGNOSIS = ["bce_with_logits_on_probabilities"]
