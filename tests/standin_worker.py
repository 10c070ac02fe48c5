"""A worker without torch for the tests of the sandbox: runs the source text that it is sent."""

from __future__ import annotations

import socket
from typing import Any

import wire  # type: ignore[import-not-found]


def warm() -> None:
    pass


def serve(sock: socket.socket) -> None:
    """``echo`` returns the tensors; ``exec`` runs ``args["source"]`` and returns its variable ``value``."""
    while True:
        try:
            header, tensors = wire.recv(sock)
        except EOFError:
            return
        if header["op"] == "echo":
            wire.send(sock, {"nonce": header["nonce"]}, tensors)
            continue
        names: dict[str, Any] = {"value": None, "sock": sock, "nonce": header["nonce"]}
        try:
            exec(header["args"]["source"], names)
            reply = {"value": names["value"]}
        except Exception as e:
            reply = {"raised": type(e).__name__, "text": str(e)}
        wire.send(sock, {"nonce": header["nonce"], **reply})
