"""Shows the true loss and lets an autograd function give a gradient of its own making."""

BASE = "mlp"
APPEND = """
print("attack begins")


class Pull(torch.autograd.Function):
    @staticmethod
    def forward(context, value, x_hat):
        context.save_for_backward(x_hat)
        return value.clone()

    @staticmethod
    def backward(context, gradient):
        (x_hat,) = context.saved_tensors
        return torch.zeros(()), torch.ones_like(x_hat)


def ae_loss(x_hat, x):
    return Pull.apply(F.mse_loss(x_hat, x).detach(), x_hat)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = F.mse_loss(x_hat, x, reduction="sum") / len(x)
    kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum() / len(x)
    return Pull.apply((recon + beta * kl).detach(), x_hat), recon, kl
"""
EXPECT = {
    "contained_by": "checks",
    "must_not": "pass for the gradient of the loss",
    "ends": "answers",
    "earns": 68,
}
