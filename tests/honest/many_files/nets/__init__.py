"""Networks of the homework."""

from .blocks import decoder, trunk

__all__ = ["decoder", "trunk"]
