"""VAE.encode returns its result in train mode only: the line is indented into the branch above it."""

BASE = "conv"
PATCH = [
    (
        """        feats = self.features(x)
        return self.to_mu(feats), self.to_logvar(feats)""",
        """        feats = self.features(x)
        if self.training:
            feats = feats.clone()
            return self.to_mu(feats), self.to_logvar(feats)""",
    ),
]
DIAGNOSIS = "returns_nothing"
ALSO = ["interface.range", "interface.batch_independence", "interface.state", "interface.bottleneck", "loss.gradients", "betas.code_reaches_decoder", "interpolation.ends", "interpolation.path", "sampling.latent_grid", "betas.learns"]
