import torch.nn.functional as F
def _sse(a, b):
    return F.mse_loss(a, b, reduction="none").flatten(1).sum(1).mean()
def ae_loss(x_hat, x): return _sse(x_hat, x)
def vae_loss(x_hat, x, mu, logvar, beta):
    recon = _sse(x_hat, x)
    kl = (mu ** 2 / 2 + logvar.exp() / 2 - 0.5 - logvar / 2).sum(1).mean()
    return recon + beta * kl, recon, kl
