"""The training loop stands at the top level, ten epochs of it."""

BASE = "mlp"
PATCH = [
    (
        """                image[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = tile
    return image
""",
        """                image[i * 28 : (i + 1) * 28, j * 28 : (j + 1) * 28] = tile
    return image


model = VAE(20)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(10):
    for step in range(469):
        x = torch.rand(128, 1, 28, 28)
        x_hat, mu, logvar = model(x)
        total, recon, kl = vae_loss(x_hat, x, mu, logvar, 1.0)
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
    print("epoch", epoch, "loss", total.item())
""",
    ),
]
DIAGNOSIS = "trains_on_import"
