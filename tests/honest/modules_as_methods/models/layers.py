from torch import nn
class Encoder(nn.Sequential):
    def __init__(self, n):
        super().__init__(nn.Flatten(), nn.Linear(784, 200), nn.PReLU(), nn.Linear(200, n))
class Decoder(nn.Sequential):
    def __init__(self, n):
        super().__init__(nn.Linear(n, 200), nn.PReLU(), nn.Linear(200, 784), nn.Sigmoid(), nn.Unflatten(-1, (1, 28, 28)))
