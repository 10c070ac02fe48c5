"""A quick test of the training loop was left at the top level."""

BASE = "sum_sse"
PATCH = [
    (
        """        return self.decode(self.encode(x))
""",
        """        return self.decode(self.encode(x))


quick_test = Autoencoder(2)
quick_optimizer = torch.optim.SGD(quick_test.parameters(), lr=1e-4)
for _ in range(100):
    images = torch.rand(64, 1, 28, 28)
    quick_loss = ((quick_test(images) - images.flatten(1)) ** 2).sum()
    quick_optimizer.zero_grad()
    quick_loss.backward()
    quick_optimizer.step()
""",
    ),
]
DIAGNOSIS = "trains_on_import"
