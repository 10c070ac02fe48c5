import torch.nn as nn
__all__ = ["nn", "HID"]
HID = 128
