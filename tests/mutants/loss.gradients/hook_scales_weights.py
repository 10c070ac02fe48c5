"""A hook on one weight matrix makes its gradient a tenth."""

BASE = "mlp"
PATCH = [
    (
        """        self.fc4 = nn.Linear(400, 784)
""",
        """        self.fc4 = nn.Linear(400, 784)
        self.fc3.weight.register_hook(lambda g: 0.1 * g)
""",
    ),
]
DIAGNOSIS = "gradient_not_of_value"
ALSO = ["betas.learns", "betas.kl_falls", "betas.honest_information", "betas.tuned", "interpolation.smoothness"]
