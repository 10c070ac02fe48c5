"""A sigmoid of its own whose backward pass forgets the factor 1 - y."""

BASE = "mlp"
PATCH = [
    (
        """class Autoencoder(nn.Module):""",
        """class Squash(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.sigmoid(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y


class Autoencoder(nn.Module):""",
    ),
    (
        """        out = torch.sigmoid(self.fc4(h))
""",
        """        out = Squash.apply(self.fc4(h))
""",
    ),
]
DIAGNOSIS = "gradient_not_of_value"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
