"""The names that the assignment asks for, and what may be wrong with each."""

from __future__ import annotations

from typing import Any

SIGNATURES = {"ae_loss": ("x_hat", "x"), "vae_loss": ("x_hat", "x", "mu", "logvar", "beta")}
POSITIONAL = {"sample": 2, "interpolate": 4, "Autoencoder": 1, "VAE": 1}
EXPECTED = {
    "Autoencoder": "class Autoencoder(nn.Module) with __init__(self, latent_dim)",
    "VAE": "class VAE(nn.Module) with __init__(self, latent_dim)",
    "ae_loss": "ae_loss(x_hat, x)",
    "vae_loss": "vae_loss(x_hat, x, mu, logvar, beta)",
    "sample": "sample(model, n)",
    "interpolate": "interpolate(model, x_start, x_end, steps)",
    "latent_grid": "latent_grid(model, n=21, extent=4.0)",
    "TUNED_BETA": "a number, TUNED_BETA = …",
}
METHODS = {"Autoencoder": ("encode", "decode", "forward"), "VAE": ("encode", "reparameterize", "decode", "forward")}


def name_problems(info: dict[str, Any]) -> dict[str, str]:
    """What is wrong with each required name, as a clause; empty where all is well."""
    out: dict[str, str] = {}
    for name, expected in EXPECTED.items():
        entry = info.get(name)
        if entry is None:
            out[name] = f"{name} is not defined (expected {expected})"
        elif name == "TUNED_BETA":
            value = entry.get("value")
            if not isinstance(value, int | float) or value < 0 or entry.get("kind") == "str":
                shown = value if value is not None and entry.get("kind") != "str" else f"a {entry.get('kind')}"
                out[name] = f"TUNED_BETA is {shown}, expected one finite number ≥ 0"
        elif name in METHODS:
            out |= _class_problems(name, entry)
        elif entry.get("kind") != "function":
            out[name] = f"{name} is a {entry.get('kind')}, expected a function {expected}"
        elif not _callable_as(name, entry.get("signature")):
            out[name] = f"{name}({_shown(entry['signature'])}) cannot be called as {expected}"
    return out


def _class_problems(name: str, entry: dict[str, Any]) -> dict[str, str]:
    if entry.get("kind") != "class" or not entry.get("module"):
        kind = "class that is no nn.Module" if entry.get("kind") == "class" else entry.get("kind")
        return {name: f"{name} is a {kind}, expected {EXPECTED[name]}"}
    out: dict[str, str] = {}
    for method in METHODS[name]:
        if method not in entry.get("methods", {}):
            out[f"{name}.{method}"] = f"{name}.{method} is not defined"
    if not _callable_as(name, entry.get("signature")):
        out[name] = f"{name}({_shown(entry['signature'])}) cannot be called as {name}(latent_dim)"
    return out


def _shown(signature: Any) -> str:
    return ", ".join(str(p[0]) for p in signature or [])[:120]


def _callable_as(name: str, signature: Any) -> bool:
    """Whether a call as the harness makes it binds; unknown signatures are given the benefit of the doubt."""
    if signature is None:
        return True
    positional = [p for p in signature if p[1] in ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD")]
    var_positional = any(p[1] == "VAR_POSITIONAL" for p in signature)
    var_keyword = any(p[1] == "VAR_KEYWORD" for p in signature)
    keyword = {p[0] for p in signature if p[1] in ("KEYWORD_ONLY", "POSITIONAL_OR_KEYWORD")}
    required = [p for p in signature if not p[2] and not p[1].startswith("VAR_")]
    if name in SIGNATURES:
        wanted = set(SIGNATURES[name])
        return (var_keyword or wanted <= keyword) and all(p[0] in wanted for p in required)
    if name == "latent_grid":
        takes = var_keyword or {"n", "extent"} <= keyword
        return takes and (bool(positional) or var_positional) and len(required) <= 1
    count = POSITIONAL[name]
    enough = len(positional) >= count or var_positional
    return enough and all(p in positional[:count] for p in required)
