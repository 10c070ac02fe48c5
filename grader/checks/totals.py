"""The total beside the sum of its terms."""

from __future__ import annotations

import numpy as np

from grader import convention, diagnosis, probes
from grader import losses as fits
from grader.checks.base import Echo, Failed, Seen, number
from grader.checks.divergence import scale_allowed
from grader.losses import Losses


def explained(losses: Losses, *parts: str) -> bool:
    """Whether numbers that fit nothing may be what the form in which these parts are returned has made of them."""
    return any(losses.flaws.get(p, frozenset()) & {"unreduced", "not_finite", "unrepeatable"} for p in parts)


def echoed(losses: Losses) -> str | None:
    """The check that a total which does not add up only repeats."""
    total = losses.total
    if total is None:
        return "loss.returns"  # the three values have shapes that do not fit together
    if only_reported(losses, "kl"):
        return "loss.kl_closed_form"  # the total holds the right KL, and the reported one is charged
    if only_reported(losses, "recon"):
        return "loss.reconstruction"
    if total.recon_depends_on_beta and total.key == "exact" and not total.kl_depends_on_beta:
        return "loss.reconstruction"
    if any("unrepeatable" in flaws for flaws in losses.flaws.values()):
        return "loss.returns"  # a total of other calls than those whose terms are compared with it
    return None


def other(losses: Losses, seen: Seen) -> Failed:
    """What the total is in place of recon + beta · kl."""
    total, point = losses.total, shown_point(seen)
    assert total is not None
    bug = _bug(losses)
    what = f"at beta = {point['beta']:g} total is {number(point['total'], 6)}, but recon + beta · kl is {number(point['sum'], 6)}"
    if any("unreduced" in f for f in losses.flaws.values()):
        what = "element by element, total is not recon + beta · kl"
    elif total.kl_depends_on_beta and total.key in ("exact", "parts_as_if_plain"):
        k = fits.part(seen.observation("loss:betas"), "kl")
        what = "kl of the same mu and logvar is " + ", ".join(
            f"{number(float(v))} at beta = {b:g}" for v, b in zip(k, probes.LOSS_BETAS, strict=False)
        )
    told = filter(None, (diagnosis.sentence([bug]), _fitted(losses, bug)))
    return Failed(
        ": ".join(filter(None, (what, "; ".join(told)))),
        hint=diagnosis.hint([bug]) or "Return the three numbers that you add up, before weighting.",
        bug=bug,
        measured=measured(losses, seen),
        expected=expected(seen),
    )


def _bug(losses: Losses) -> str | None:
    total = losses.total
    assert total is not None
    bug = total.key if total.key not in ("exact", "parts_as_if_plain") else None
    if total.kl_depends_on_beta and bug is None and total.key is not None:
        return "kl_prescaled_by_beta"
    if bug is None and explained(losses, *fits.PARTS):
        raise Echo("loss.returns")
    return bug


TOLD_AS_NUMBERS = (None, "beta_rescaled", "beta_constant", "recon_rescaled_in_total", "kl_constant_added")


def _fitted(losses: Losses, bug: str | None) -> str:
    """The terms of the total with their factors, where these are what is wrong."""
    c = losses.total.coefficients if losses.total is not None else {}
    if not c or bug not in TOLD_AS_NUMBERS:
        return ""
    terms = (f"{number(v)} · {k.replace('_', ' · ')}" if k != "one" else number(v) for k, v in c.items())
    return f"the numbers fit {' + '.join(terms)}"


def measured(losses: Losses, seen: Seen) -> dict[str, float]:
    point = shown_point(seen)
    coefficients = losses.total.coefficients if losses.total is not None else {}
    return {k: point[k] for k in ("beta", "total", "recon", "kl")} | dict(coefficients)


def expected(seen: Seen) -> dict[str, float]:
    return {"total": shown_point(seen)["sum"], "recon": 1.0, "beta_kl": 1.0}


def only_reported(losses: Losses, part: str) -> bool:
    """Whether the total holds the right term and only the reported one has a factor that its own check charges."""
    c = losses.total.coefficients if losses.total is not None else {}
    if set(c) != {"recon", "beta_kl"}:
        return False
    k, r = losses.kl, losses.recon
    factors = {"recon": 1.0, "beta_kl": 1.0}
    if part == "kl" and k is not None and k.exact and k.scale is not None and not scale_allowed(k.scale):
        factors["beta_kl"] = 1.0 / k.scale.factor
    elif part == "recon" and r is not None and r.family is not None and r.scale is not None:
        if not convention.allowed_recon_factor(r.family, r.scale.factor):
            factors["recon"] = 1.0 / r.scale.factor
    else:
        return False
    return max(factors.values()) != min(factors.values()) and all(abs(c[k] / f - 1) < 2e-3 for k, f in factors.items())


def shown_point(seen: Seen) -> dict[str, float]:
    """Where the total is shown: at beta = 2.5 among ordinary images, or where it is farthest from the sum."""
    shown: list[tuple[float, dict[str, float]]] = []
    for name, betas in (("loss:betas", probes.LOSS_BETAS), ("loss:faint", probes.FAINT_BETAS)):
        if not seen.has(name):
            continue
        total, recon, kl = (fits.part(seen[name], p) for p in fits.PARTS)
        for i, (t, r, k) in enumerate(zip(total.tolist(), recon.tolist(), kl.tolist(), strict=True)):
            beta = betas[i % len(betas)]
            want = r + beta * k
            off = abs(t - want) / max(abs(r) + abs(beta * k), 1e-12)
            values = {"beta": beta, "total": t, "recon": r, "kl": k, "sum": want}
            shown.append((off if np.isfinite(off) else 0.0, values))
    first = shown[probes.LOSS_BETAS.index(2.5)]
    return first[1] if first[0] > 1e-2 else max(shown, key=lambda s: s[0])[1]
