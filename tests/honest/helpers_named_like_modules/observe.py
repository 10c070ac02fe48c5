import torch.nn.functional as F

def ae_loss(x_hat, x):
    return F.binary_cross_entropy(x_hat.flatten(1), x.flatten(1), reduction="sum") / len(x)


def vae_loss(x_hat, x, mu, logvar, beta):
    recon = ae_loss(x_hat, x)
    kl = 0.5 * (mu.pow(2) + logvar.exp() - 1 - logvar).sum(1).mean()
    return recon + beta * kl, recon, kl


TUNED_BETA = 1.0
