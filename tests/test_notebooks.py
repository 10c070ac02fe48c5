"""What is taken from a notebook, and what a package costs that is not installed: only what needs it."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from grader import worker

Load = Callable[..., dict[str, Any]]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Load:
    """The names that a notebook of these cells defines."""
    monkeypatch.setattr(sys, "meta_path", sys.meta_path.copy())
    monkeypatch.setitem(sys.modules, "submission", types.ModuleType("submission"))

    def names(*cells: str) -> dict[str, Any]:
        text = json.dumps({"cells": [{"cell_type": "code", "source": c} for c in cells]}).encode()
        session = worker.Session()
        tensors = {"file:submission.ipynb": torch.from_numpy(np.frombuffer(text, np.uint8).copy())}
        session.op_load({"main": "submission.ipynb"}, tensors)
        return session.module.__dict__

    return names


def stands_in(value: Any) -> bool:
    return isinstance(value, worker._Missing)


@pytest.mark.parametrize(
    "statement",
    [
        "import os.path",
        "import os.path as p, json",
        "import xml.etree.ElementTree as ET, xml.dom",
        "from os import path as q, sep, getcwd",
        "from math import *",
        "from torch import nn, optim as o",
        "import torch.nn.functional as F, torch.utils.data",
        "try:\n    import tomllib as t\nexcept ImportError:\n    import json as t\nelse:\n    FOUND = 1\nfinally:\n    DONE = 2",
        "try:\n    import no_such_package\n    HAVE = True\nexcept ImportError:\n    HAVE = False",
        "try:\n    import os, no_such_package, json\nexcept ModuleNotFoundError as e:\n    json = None",
        "try:\n    try:\n        import no_such_package as n\n    except KeyError:\n        pass\nexcept ImportError:\n    n = 3",
    ],
)
def test_imports_that_python_can_do_bind_what_python_binds(load: Load, statement: str) -> None:
    truth: dict[str, Any] = {}
    exec(statement, truth)
    found = load(statement)
    for name in truth.keys() - {"__builtins__"}:
        assert found[name] is truth[name], name


@pytest.mark.parametrize(
    ("statement", "there", "missing"),
    [
        ("import torch, seaborn_ as sns", ["torch"], ["sns"]),
        ("import seaborn_ as sns, torch, umap_.plot, json as j", ["torch", "j"], ["sns", "umap_"]),
        ("import umap_.plot as up, numpy as np", ["np"], ["up"]),
        ("from torch.utils import no_such_part, data", ["data"], ["no_such_part"]),
        ("from math import pi, tau as two_pi, no_such_number", ["pi", "two_pi"], ["no_such_number"]),
        ("from google_.colab import drive, files as f", [], ["drive", "f"]),
        ("import os.no_such_part, sys", ["os", "sys"], []),
        ("from no_such_package import *\nimport json", ["json"], []),
        (
            "try:\n    import einops_\nexcept ImportError:\n    !pip install einops_\n    import einops_, torch",
            ["torch"],
            ["einops_"],
        ),
        ("try:\n    import json, einops_\nexcept KeyError:\n    pass", ["json"], ["einops_"]),
    ],
)
def test_a_name_that_is_missing_takes_no_other_along(
    load: Load, statement: str, there: list[str], missing: list[str]
) -> None:
    found = load(statement)
    assert all(name in found and not stands_in(found[name]) for name in there)
    assert all(stands_in(found[name]) for name in missing)


@pytest.mark.parametrize(
    "statement",
    [
        "import warnings\nwith warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n    import json, seaborn_ as sns",
        "if 1 / 0:\n    import json\nelif x:\n    import seaborn_ as sns",
        "try:\n    if x:\n        import seaborn_ as sns\nexcept ImportError:\n    pass\nwith y:\n    import json",
        "try:\n    import json\n    if x:\n        import seaborn_ as sns\nexcept KeyError:\n    pass",
        "if x:\n    import json\nelse:\n    from somewhere_ import seaborn as sns, json",
    ],
)
def test_imports_are_taken_from_where_they_stand(load: Load, statement: str) -> None:
    found = load(statement)
    assert found["json"] is json and "x" not in found
    assert stands_in(found.get("sns", worker._Missing(ImportError())))


@pytest.mark.parametrize(
    "statement",
    [
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import json",
        "import typing\nif typing.TYPE_CHECKING:\n    import json",
        "if __name__ == '__main__':\n    import json",
        "if x:\n    def f():\n        import json",
    ],
)
def test_imports_that_nobody_runs_are_not_taken(load: Load, statement: str) -> None:
    assert "json" not in load(statement)


def test_what_is_missing_says_so_where_it_is_used(load: Load) -> None:
    found = load("import seaborn_ as sns", "from math import tau, no_such_number")
    for use in ("sns.set()", "sns()", "sns['x']", "class A(sns): pass", "class A(sns.Base): pass"):
        with pytest.raises(ModuleNotFoundError, match="No module named 'seaborn_'"):
            exec(use, dict(found))
    with pytest.raises(ImportError, match="cannot import name 'no_such_number' from 'math'"):
        found["no_such_number"]()


def test_a_helper_that_needs_a_missing_package_costs_itself_alone(load: Load) -> None:
    found = load(
        "import seaborn_ as sns\nimport lightning_ as L",
        "class Lit(L.Module):\n    pass",
        "@sns.decorate\ndef show(x): ...",
        "def plot(x, palette=sns.palette()) -> sns.Grid: ...",
        "def ae_loss(x_hat, x) -> sns.Grid:\n    return 1",
    )
    assert stands_in(found["Lit"]) and stands_in(found["show"]) and stands_in(found["plot"])
    assert found["ae_loss"](None, None) == 1


def test_what_the_assignment_asks_for_cannot_be_missing(load: Load) -> None:
    with pytest.raises(ModuleNotFoundError, match="lightning_"):
        load("import lightning_ as L\nclass VAE(L.Module):\n    pass")


@pytest.mark.parametrize(
    "line",
    [
        "!pip install einops \\\n    seaborn",
        "%pip install einops",
        "pip install einops",
        "conda install -y torch",
        "%load_ext autoreload\n%autoreload 2",
        "matplotlib inline",
        "cd data",
        "files = !ls",
        "%%time",
        "%%capture out",
        "torch?",
    ],
)
def test_commands_to_the_notebook_are_passed_over(load: Load, line: str) -> None:
    found = load(f"{line}\nimport json\ndef f(x):\n    return x % 3\n\nN: int = 4")
    assert found["f"](5) == 2 and found["N"] == 4 and found["json"] is json


def test_work_in_a_try_is_not_done(load: Load) -> None:
    found = load("done = []", "try:\n    done.append(1)\n    N = 2\nexcept Exception:\n    pass")
    assert found["done"] == [] and "N" not in found
