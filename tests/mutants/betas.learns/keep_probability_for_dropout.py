"""0.99 is meant as the share to keep, as in an older library: dropout takes it as the share to drop."""

BASE = "residual_prenorm"
PATCH = [
    (
        """        h = self.enc_norm(self.enc_blocks(self.stem(x.flatten(1))))
        return self.code(h)""",
        """        h = F.dropout(self.enc_norm(self.enc_blocks(self.stem(x.flatten(1)))), 0.99, self.training)
        return self.code(h)""",
    ),
]
DIAGNOSIS = "not_learning"
