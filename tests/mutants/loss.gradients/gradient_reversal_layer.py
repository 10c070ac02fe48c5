"""A gradient reversal layer from another project stands before the decoder."""

BASE = "mlp"
PATCH = [
    (
        """class Autoencoder(nn.Module):""",
        """class Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.view_as(x)

    @staticmethod
    def backward(ctx, g):
        return -g


class Autoencoder(nn.Module):""",
    ),
    (
        """        h = F.relu(self.fc3(z))
        out""",
        """        h = F.relu(self.fc3(Reverse.apply(z)))
        out""",
    ),
]
DIAGNOSIS = "gradient_reversed"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
