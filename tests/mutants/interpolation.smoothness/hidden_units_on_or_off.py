"""The decoder's hidden units are on or off, with a gradient passed straight through: frames jump."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc3(z))
""",
        """        soft = torch.sigmoid(self.fc3(z))
        h = soft + ((soft > 0.5).float() - soft).detach()
""",
    ),
]
DIAGNOSIS = "images_jump"
ALSO = [
    "betas.learns",
    "betas.kl_falls",
    "betas.tuned",
    "betas.honest_information",
    "betas.code_reaches_decoder",
    "betas.encoder_heads",
    "loss.gradients",
]
