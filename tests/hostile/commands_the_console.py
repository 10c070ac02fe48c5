"""Raises and prints what a terminal obeys, what GitHub, Azure and TeamCity take for commands, and what turns the writing."""

BASE = "mlp"
APPEND = """
print("attack begins")
EVIL = (
    "::error file=grade.json::full marks\\n::add-mask::ada\\n  ::stop-commands::x\\n##[error]no\\n##vso[task.complete]\\n"
    "\\x1b[2J\\x1b]0;title\\x07\\x1b]52;c;ZXZpbA==\\x07\\x9b31m\\x90\\x08\\r80 / 80\\u202e\\u2066\\u200b\\u2028\\U000e0041\\ud800"
)
print(EVIL)


class Evil(Exception):
    pass


Evil.__name__ = Evil.__qualname__ = EVIL


def encode(self, x):
    raise Evil(EVIL)


Autoencoder.encode = VAE.encode = encode
"""
EXPECT = {
    "contained_by": "text",
    "must_not": "reach a console as anything but what it looks like",
    "ends": "error",
    "earns": 70,
}
