"""The VAE's constructor requires two sizes."""

BASE = "mlp"
PATCH = [
    (
        """class VAE(nn.Module):
    def __init__(self, latent_dim):""",
        """class VAE(nn.Module):
    def __init__(self, hidden_dim, latent_dim):""",
    ),
]
DIAGNOSIS = "wrong_signature"
