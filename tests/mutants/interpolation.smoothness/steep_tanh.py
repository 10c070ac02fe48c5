"""The decoder starts with tanh units of 40 times their input: they are −1 or 1 nearly everywhere."""

BASE = "mlp"
PATCH = [
    (
        """        h = F.relu(self.fc3(z))
""",
        """        h = torch.tanh(40 * self.fc3(z))
""",
    ),
]
DIAGNOSIS = "images_jump"
ALSO = ["betas.learns", "betas.tuned", "loss.gradients"]
