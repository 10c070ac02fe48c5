"""The code loses its batch axis when there is one image."""

BASE = "mean_mse"
PATCH = [
    (
        """        return self.mean_layer(hidden), self.logvar_layer(hidden)
""",
        """        return self.mean_layer(hidden).squeeze(), self.logvar_layer(hidden).squeeze()
""",
    ),
]
DIAGNOSIS = "batch_axis_lost"
