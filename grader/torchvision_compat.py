"""Makes ``import torchvision`` work beside a CPU build of torch.

The registry's torchvision wheel is linked against CUDA. Beside a CPU-only torch its compiled operators
do not load, and ``import torchvision`` stops with "operator torchvision::nms does not exist" because
its Python side registers fake kernels for ``nms`` and ``qnms``. Defining the two schemas first is
enough for data sets, transforms and ``make_grid``. Where torchvision already imports, nothing is done.
"""

from __future__ import annotations

from typing import Any

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_keep_alive: list[Any] = []  # a Library that is collected takes its definitions with it


def import_torchvision() -> Any:
    """Return the torchvision module; raises ``ImportError`` only where it is not installed."""
    try:
        import torchvision
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
        import sys

        import torch

        for name in [m for m in sys.modules if m.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "FRAGMENT")
        for schema in _SCHEMAS:
            library.define(schema)
        _keep_alive.append(library)
        import torchvision
    return torchvision
