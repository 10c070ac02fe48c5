"""The untrusted end: loads one submission and answers probes. Student code runs here and only here.

This module is loaded by file path into the zygote, beside ``wire`` and without the rest of the
package, so it imports nothing of it. It knows no expected value, no threshold and no other submission;
whatever it returns is treated by the caller as a claim about tensors, never as a verdict.

One request, one reply: ``{"op", "args", "nonce"}`` with tensors, answered by ``{"nonce", "ok", "info"}``
with tensors or by ``{"nonce", "ok": false, "error": {…}}``.
"""

from __future__ import annotations

import ast
import contextlib
import dis
import importlib.abc
import importlib.machinery
import inspect
import json
import linecache
import os
import random
import re
import socket
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode

try:
    import derivatives
    import wire
except ImportError:
    from grader import derivatives
    from grader.sandbox import wire

REQUIRED = (
    "Autoencoder", "VAE", "ae_loss", "vae_loss", "sample", "interpolate", "latent_grid", "TUNED_BETA",
)  # fmt: skip
IMAGE = (1, 28, 28)
CHUNK = 512  # images per forward pass outside training; bounds the memory of wide convolutions
MAX_ELEMENTS = 1 << 24  # of one result of a student's function
MAX_CODES = 4096  # rows of codes that are told of one call: a latent grid of 21 has 441, a call of ``sample`` 512
MAX_ENDS = 256  # rows of what ``encode`` returned meanwhile
WIRE_DTYPES = (torch.float32, torch.float64, torch.int64, torch.uint8, torch.bool)


class ContractError(Exception):
    """The submission's code ran and returned something that the assignment does not allow."""

    def __init__(self, message: str, got: str, expected: str, *, nothing_from: str = "") -> None:
        super().__init__(message)
        self.got, self.expected = got, expected
        self.nothing_from = nothing_from  # the function that returned None, or nothing but None


# --- loading -----------------------------------------------------------------------------------------

MAGICS = 100  # in one cell; each costs a parse
# What IPython takes for a command: what begins with % ! or ?, asks for help, or names a magic where no Python can follow.
_MAGIC = re.compile(
    r"^(?P<indent>\s*)(?:[%!?]|[\w, ]+=\s*[%!]|\S+\?{1,2}\s*$"
    r"|(?:pip3?|conda|mamba|uv|cd|ls|cp|mv|rm|mkdir|cat|load_ext|reload_ext|autoreload|matplotlib|config|env|run)\s)"
)


class _Missing(types.ModuleType):
    """Stands for what a notebook imports and this machine does not have: fails when it is used, as the import did."""

    def __init__(self, error: ImportError) -> None:
        super().__init__(error.name or "missing")
        self.__dict__["__error__"] = error

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in ("__mro_entries__", "__getitem__"):
            raise AttributeError(name)
        raise self.__dict__["__error__"].with_traceback(None)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise self.__dict__["__error__"].with_traceback(None)

    def __mro_entries__(self, bases: Any) -> Any:  # of a class that inherits from it
        return self()

    def __getitem__(self, key: Any) -> Any:
        return self()


def _plain(node: ast.expr, constants: set[str]) -> bool:
    """Whether an expression is a constant: literals, arithmetic and containers of them, earlier constants."""
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name in constants
        case ast.UnaryOp(operand=operand):
            return _plain(operand, constants)
        case ast.BinOp(left=left, right=right):
            return _plain(left, constants) and _plain(right, constants)
        case ast.Tuple(elts=elts) | ast.List(elts=elts) | ast.Set(elts=elts):
            return all(_plain(e, constants) for e in elts)
        case ast.Dict(keys=keys, values=values):
            parts = [k for k in keys if k is not None] + values
            return None not in keys and all(_plain(p, constants) for p in parts)
    return False


def _targets(node: ast.expr) -> list[str] | None:
    if isinstance(node, ast.Name):
        return [node.id]
    if isinstance(node, ast.Tuple | ast.List):
        parts = [_targets(e) for e in node.elts]
        return None if any(p is None for p in parts) else [n for p in parts if p for n in p]
    return None


def _kept(node: ast.stmt, constants: set[str]) -> ast.stmt | None:
    """What is taken of a statement: all of it, a ``try`` with what is taken of its parts, or nothing."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            return node
        case ast.Try():
            return _kept_try(node, constants)
        case ast.With() | ast.If() if not _is_guard(node):  # of which nothing but the imports is taken
            return node if _single_imports(node) else None
        case ast.Assign(targets=targets, value=value) if _plain(value, constants):
            names = [_targets(t) for t in targets]
            if all(n is not None for n in names):
                constants.update(n for part in names if part for n in part)
                return node
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if _plain(value, constants):
            constants.add(name)
            return node
    return None


def _kept_try(node: ast.Try, constants: set[str]) -> ast.stmt | None:
    """``try: import seaborn …``, the way to go without a package: what it prints or installs is left out."""

    def part(body: list[ast.stmt]) -> list[ast.stmt]:
        taken = [k for k in (_kept(s, constants) for s in body) if k is not None]
        return [one for k in taken for one in (_single_imports(k) if isinstance(k, ast.With | ast.If) else [k])]

    tried = part(node.body)
    if not any(isinstance(s, ast.Import | ast.ImportFrom | ast.Try) for s in tried):
        return None  # it tries work, not an import
    handlers = [
        ast.copy_location(ast.ExceptHandler(h.type, h.name, part(h.body) or [_pass(h)]), h) for h in node.handlers
    ]
    return ast.copy_location(ast.Try(tried, handlers, part(node.orelse), part(node.finalbody)), node)


def _pass(where: ast.ExceptHandler) -> ast.stmt:
    return ast.copy_location(ast.Pass(), where)


def _is_guard(node: ast.stmt) -> bool:
    """Whether it is ``if TYPE_CHECKING:`` or ``if __name__ == "__main__":``, whose imports nobody runs or needs here."""
    return isinstance(node, ast.If) and bool(
        {"TYPE_CHECKING", "__name__"} & set(re.findall(r"\w+", ast.unparse(node.test)))
    )


def _single_imports(node: ast.stmt | ast.ExceptHandler) -> list[ast.Import | ast.ImportFrom]:
    """All import statements of ``node`` outside of functions and classes, each name in a statement of its own."""
    if isinstance(node, ast.Import):
        return [ast.copy_location(ast.Import([a]), node) for a in node.names]
    if isinstance(node, ast.ImportFrom):
        return [ast.copy_location(ast.ImportFrom(node.module, [a], node.level), node) for a in node.names]
    if isinstance(node, ast.Try | ast.ExceptHandler | ast.With | ast.If):
        inner = [n for n in ast.iter_child_nodes(node) if isinstance(n, ast.stmt | ast.ExceptHandler)]
        return [one for n in inner for one in _single_imports(n)]
    return []


def _import(node: ast.Import | ast.ImportFrom, run: Callable[[ast.stmt], None], names: dict[str, Any]) -> None:
    """Import one name as Python would, or bind it to something that says what is missing when it is used."""
    try:
        run(node)
    except ImportError as error:
        (alias,) = node.names
        bound = alias.asname or (alias.name.partition(".")[0] if isinstance(node, ast.Import) else alias.name)
        above = sys.modules.get(bound) if isinstance(node, ast.Import) and not alias.asname else None
        if bound != "*" and (above or bound not in names):  # a star: nobody knows what it would have bound
            names[bound] = above or _Missing(error)


def _take(node: ast.stmt, run: Callable[[ast.stmt], None], names: dict[str, Any]) -> None:
    """Execute what was kept of one statement; a package that is not here costs only what needs it."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.With | ast.If):
        for one in _single_imports(node):
            _import(one, run, names)
        return
    try:
        run(node)
    except ImportError as error:
        if isinstance(node, ast.Try):
            for one in _single_imports(node):
                _import(one, run, names)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name not in REQUIRED:
            names[node.name] = _Missing(error)  # a plot with a decorator or a default of such a package
        else:
            raise


def _without_magics(source: str) -> str:
    """A cell as it stands where that is Python; else each line that Python stops at and IPython would not is ``pass``.

    A line that begins with ``%`` or ``!`` may also go on from the one before, or lie within a string.
    """
    lines = source.splitlines()
    for _ in lines[:MAGICS]:
        try:
            ast.parse("\n".join(lines))
            break
        except SyntaxError as error:
            at = (error.lineno or 0) - 1
            m = _MAGIC.match(lines[at]) if 0 <= at < len(lines) else None
            if m is None:
                break
            lines[at], command = f"{m['indent']}pass", lines[at]
            while command.endswith("\\") and at + 1 < len(lines):  # it goes on in the next line
                at += 1
                lines[at], command = "", lines[at]
        except (ValueError, RecursionError, MemoryError):
            break
    return "\n".join(lines) + "\n"


def notebook_cells(text: str) -> Iterator[tuple[str, str]]:
    """Yield ``(file name for tracebacks, source without magics)`` of each code cell; line numbers kept.

    Raises ``SyntaxError`` where the text is not a notebook.
    """
    try:
        cells = json.loads(text)["cells"]
        sources = [
            "".join(c["source"]) if isinstance(c["source"], list) else str(c["source"])
            for c in cells
            if c.get("cell_type") == "code"
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SyntaxError(f"submission.ipynb is not a Jupyter notebook ({error})") from None
    for number, source in enumerate(sources, 1):
        if source.lstrip().startswith("%%") and not source.lstrip().startswith(("%%time", "%%capture")):
            continue
        yield f"submission.ipynb cell {number}", _without_magics(source)


def _run_notebook(text: str, module: types.ModuleType) -> None:
    constants: set[str] = set()
    for name, source in notebook_cells(text):
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        try:
            tree = ast.parse(source, name)
        except SyntaxError:
            if re.search(r"^\s*(class|def)\s", source, re.M):
                raise
            continue  # a broken scratch cell defines nothing that is asked for
        for node in tree.body:
            kept = _kept(node, constants)
            if kept is not None:
                _take(kept, partial(_execute, name=name, names=module.__dict__), module.__dict__)


def _execute(node: ast.stmt, name: str, names: dict[str, Any]) -> None:
    # Under this file's own `from __future__ import annotations`: an annotation of a missing package costs nothing.
    exec(compile(ast.Module([node], []), name, "exec"), names)


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SyntaxError(f"{name} is not UTF-8 (byte {error.start}): save it as UTF-8") from None


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the submission's own ``.py`` files from memory."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def _path(self, name: str) -> str | None:
        stem = name.replace(".", "/")
        return next((p for p in (f"{stem}.py", f"{stem}/__init__.py") if p in self.files), None)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        file = self._path(name)
        if file is None:
            return None
        package = file.endswith("/__init__.py")
        spec = importlib.machinery.ModuleSpec(name, self, origin=file, is_package=package)
        spec.has_location = True
        return spec

    def exec_module(self, module: types.ModuleType) -> None:
        file = module.__spec__.origin if module.__spec__ else None
        assert file is not None
        source = _text(file, self.files[file])
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        exec(compile(source, file, "exec"), module.__dict__)


def _signature(value: Any) -> list[list[Any]] | None:
    try:
        parameters = inspect.signature(value).parameters.values()
    except (ValueError, TypeError):
        return None
    return [[p.name[:80], p.kind.name, p.default is not p.empty] for p in parameters][:30]


# --- values ------------------------------------------------------------------------------------------


def seed_all(seed: int) -> None:
    """Seed torch's global generator, and the others with unrelated numbers: the noise has to be torch's."""
    torch.default_generator.manual_seed(seed)
    other = int.from_bytes(os.urandom(4), "little")
    random.seed(other)
    np.random.seed(other)


def seed_everything(seed: int) -> None:
    """Seed every generator of this process. ``torch.manual_seed`` would put a call for each absent kind of device in a queue
    that never empties, with its formatted stack: two hundred times slower."""
    torch.default_generator.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)


def _describe(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return f"tensor {list(value.shape)} {str(value.dtype).removeprefix('torch.')}"
    if isinstance(value, tuple | list):
        return f"{type(value).__name__} of {len(value)}: " + ", ".join(map(_describe, value[:4]))
    return type(value).__name__


def _plain_tensor(value: Any) -> torch.Tensor:
    """A plain, contiguous CPU copy in a dtype the wire carries; subclasses are stripped."""
    t = value.detach()
    if type(t) is not torch.Tensor:
        t = t.as_subclass(torch.Tensor)
    t = t.cpu()
    if t.dtype not in WIRE_DTYPES:
        t = t.to(torch.float64 if t.is_floating_point() else torch.int64)
    return t.clone(memory_format=torch.contiguous_format)


def _nothing(value: Any) -> bool:
    """Whether a function returned only the placeholders of one that is not written yet."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return bool(value) and all(map(_nothing, value))
    return value is None or value is NotImplemented


def _refusal(value: Any, what: str, expected: str) -> ContractError:
    got = _describe(value)
    return ContractError(f"{what} returned {got}", got, expected, nothing_from=what if _nothing(value) else "")


_KNOWN = ("x_hat", "mu", "logvar")  # what a mapping may call its values


def _parts(value: Any, count: int) -> tuple[Any, ...]:
    """The first ``count`` values of a result; of a mapping those of the known names, or the first ones."""
    if isinstance(value, Mapping):
        named = [value[n] for n in _KNOWN[3 - count :] if n in value] if count > 1 else []
        value = named if len(named) == count else list(value.values())
    return tuple(value[:count]) if isinstance(value, tuple | list) else (value,)


def _tensors(value: Any, count: int, what: str, expected: str) -> tuple[torch.Tensor, ...]:
    """What was asked for, of a result that may hold more (``_form`` tells)."""
    parts = _parts(value, count)
    if len(parts) != count or not all(isinstance(p, torch.Tensor) for p in parts):
        raise _refusal(value, what, expected)
    return parts


def _form(value: Any, count: int) -> str:
    """In which other form than asked for ``count`` tensors came; "" where it is that form."""
    if isinstance(value, Mapping):
        return type(value).__name__[:80]
    if isinstance(value, tuple | list) and (count == 1 or len(value) != count):
        return f"{len(value)} value{'' if len(value) == 1 else 's'}"
    return ""


def _ordinary(t: torch.Tensor, x: torch.Tensor, *, image: bool) -> torch.Tensor:
    """float32, images and codes in the shapes that losses are written for, where another form holds the same numbers."""
    t = t if t.dtype == torch.float32 else t.float()
    if image and t.ndim not in (2, 4) and t.numel() == x.numel():
        return t.reshape(x.shape)
    return t if image or t.ndim <= 2 else t.flatten(1)


def _in_batches(call: Callable[..., Any], least: int, most: int) -> Callable[..., Any]:
    """``call`` for any number of rows, though it takes from ``least`` to ``most`` (0: any number) at a time only.

    Rows come again where there are too few; what they give is cut off.
    """

    def fitted(*args: Any, **kwargs: Any) -> Any:
        rows = next((len(a) for a in (*args, *kwargs.values()) if isinstance(a, torch.Tensor) and a.ndim), 0)
        if not rows or (least <= rows and (not most or rows <= most)):
            return call(*args, **kwargs)
        size = most or max(least, rows)
        parts = []
        for start in range(0, rows, size):
            wanted = min(size, rows - start)
            index = torch.arange(start, start + max(wanted, least)) % rows
            take = lambda a: a[index] if isinstance(a, torch.Tensor) and a.ndim and len(a) == rows else a  # noqa: B023, E731
            parts.append((wanted, call(*map(take, args), **{k: take(v) for k, v in kwargs.items()})))
        return _joined(parts)

    return fitted


def _joined(parts: list[tuple[int, Any]]) -> Any:
    """Results of several batches as that of one: of each the first so many rows."""
    first = parts[0][1]
    if isinstance(first, torch.Tensor):
        return torch.cat([p[:n] for n, p in parts])
    if isinstance(first, Mapping):
        return {k: _joined([(n, p[k]) for n, p in parts]) for k in first}
    if isinstance(first, tuple | list):
        return tuple(_joined([(n, p[i]) for n, p in parts]) for i in range(len(first)))
    return first


def _image_tensor(value: Any, what: str) -> torch.Tensor:
    """Images as the student returned them: a tensor, an array, or a list of either."""
    if isinstance(value, tuple | list) and value:
        return torch.stack([_image_tensor(v, what) for v in value])
    if isinstance(value, np.ndarray):
        value = torch.from_numpy(np.ascontiguousarray(value))
    if not isinstance(value, torch.Tensor):
        raise _refusal(value, what, "a tensor of images")
    return value


_METHODS = {
    ("Autoencoder", "encode"): (1, "z [B, D]"),
    ("Autoencoder", "decode"): (1, "x_hat [B, 1, 28, 28] or [B, 784]"),
    ("Autoencoder", "forward"): (1, "x_hat [B, 1, 28, 28] or [B, 784]"),
    ("VAE", "encode"): (2, "(mu, logvar), each [B, D]"),
    ("VAE", "reparameterize"): (1, "z [B, D]"),
    ("VAE", "decode"): (1, "x_hat [B, 1, 28, 28] or [B, 784]"),
    ("VAE", "forward"): (3, "(x_hat, mu, logvar)"),
}


def _unmapped(z: torch.Tensor) -> torch.Tensor:
    """The tensor behind one that ``torch.func.vmap`` hands to a function, the mapped axis first."""
    functorch = torch._C._functorch
    while functorch.is_functorch_wrapped_tensor(z):
        axis = functorch.maybe_get_bdim(z) if functorch.is_batchedtensor(z) else -1
        z = functorch.get_unwrapped(z)
        z = z.movedim(axis, 0) if axis >= 0 else z
    return z


@contextlib.contextmanager
def _methods(model: Any, **replaced: Callable[..., Any]) -> Iterator[None]:
    """Put functions in the place of methods for a while; what a constructor had set on the instance comes back."""
    own = model.__dict__
    before = {name: own[name] for name in replaced if name in own}
    own.update(replaced)
    try:
        yield
    finally:
        for name in replaced:
            own.pop(name, None)
        own.update(before)


class Recorder:
    """Records the codes that reach a model's decoder while a student's function runs.

    ``decode`` is wrapped; where a function goes round it (``model.decoder(z)``), the first module that
    is given a ``[*, D]`` tensor is recorded in its place.
    """

    def __init__(self, model: Any, latent_dim: int) -> None:
        self.model, self.latent_dim = model, latent_dim
        self.decoded: list[torch.Tensor] = []
        self.hooked: list[torch.Tensor] = []
        self.first: nn.Module | None = None
        self.encoded = 0
        self.means: list[torch.Tensor] = []  # what encode returned: codes, or mu
        self.logvars: list[torch.Tensor] = []

    def __enter__(self) -> Recorder:
        decode, encode = self.model.decode, self.model.encode

        def recording_decode(*args: Any, **kwargs: Any) -> Any:
            z = next(iter((*args, *kwargs.values())), None)  # whatever its parameter is called
            if isinstance(z, torch.Tensor) and z.numel() <= 1 << 22:
                plain = _plain_tensor(_unmapped(z)).float()
                self.decoded.append(plain.reshape(-1, plain.shape[-1] if plain.ndim else 1))
            return decode(*args, **kwargs)

        def counting_encode(*args: Any, **kwargs: Any) -> Any:
            self.encoded += 1
            out = encode(*args, **kwargs)
            parts = out if isinstance(out, tuple | list) else (out,)
            for kept, part in zip((self.means, self.logvars), parts, strict=False):
                if isinstance(part, torch.Tensor) and part.shape[-1:] == (self.latent_dim,) and len(kept) < MAX_ENDS:
                    kept.append(_plain_tensor(_unmapped(part)).float().reshape(-1, self.latent_dim))
            return out

        def hook(module: nn.Module, inputs: tuple[Any, ...]) -> None:
            z = _unmapped(inputs[0]) if inputs and isinstance(inputs[0], torch.Tensor) else None
            if not isinstance(z, torch.Tensor) or z.ndim != 2 or z.shape[1] != self.latent_dim:
                return
            if self.first is None:
                self.first = module
            if module is self.first:
                self.hooked.append(_plain_tensor(z).float())

        hooked = [m for m in self.model.modules() if not isinstance(m, torch.jit.ScriptModule)]  # which refuse hooks
        self._handles = [m.register_forward_pre_hook(hook) for m in hooked]
        self._methods = _methods(self.model, decode=recording_decode, encode=counting_encode)
        self._methods.__enter__()
        return self

    def __exit__(self, *exc: object) -> None:
        for h in self._handles:
            h.remove()
        self._methods.__exit__(None, None, None)

    def result(self) -> tuple[torch.Tensor, str]:
        for codes, via in ((self.decoded, "decode"), (self.hooked, "module")):
            kept = [c for c in codes if c.shape[-1] == self.latent_dim]
            if kept:
                return torch.cat(kept)[:MAX_CODES], via
        return torch.zeros(0, self.latent_dim), "none"

    def ends(self) -> dict[str, torch.Tensor]:
        """Means and log-variances that ``encode`` returned, ``[m, D]`` in the order of its calls; none for an autoencoder."""
        named = {"means": self.means, "logvars": self.logvars}
        return {k: torch.cat(v)[:MAX_ENDS] if v else torch.zeros(0, self.latent_dim) for k, v in named.items()}


# --- randomness in train mode --------------------------------------------------------------------------


class _Tamed(TorchDispatchMode):
    """Takes the chance out of masks, for as long as it is entered, and leaves all other randomness as it is.

    What torch's layers draw (every dropout, RReLU) and whatever is built from Bernoulli masks keeps everything. Uniform numbers
    are all ``uniform``: compared with a threshold they make a mask, which a slightly other number leaves as it is; added
    to something they do not.
    """

    def __init__(self, uniform: float, shape: torch.Size) -> None:
        super().__init__()
        self.uniform, self.elements = uniform, shape.numel()
        self.weighed = False  # whether a layer with weights has been reached
        self.at_input = False  # whether something random, other than torch's dropout, met the input before that

    def __torch_dispatch__(self, func: Any, kinds: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = func._schema.name.removeprefix("aten::")
        if name in ("addmm", "mm", "bmm", "matmul", "convolution", "linear", "mkldnn_rnn_layer"):
            self.weighed = True
        if name in ("bernoulli", "bernoulli_") and self._constant(args):
            return args[0].fill_(1.0) if name == "bernoulli_" else torch.ones_like(args[0])
        if name.startswith("rrelu_with_noise"):
            slope = (args[2] + args[3]) / 2 if len(args) > 3 else 0.23
            out = torch.where(args[0] >= 0, args[0], args[0] * slope)
            return args[0].copy_(out) if name.endswith("_") else out
        out = func(*args, **kwargs)
        if name in ("rand", "rand_like", "uniform_") or name in _DRAWS:
            self.at_input |= not self.weighed and isinstance(out, torch.Tensor) and out.numel() == self.elements
        if name in ("rand", "rand_like"):
            return out.fill_(self.uniform)
        if name == "uniform_":
            low, high = (
                (*args[1:3], 0.0, 1.0)[:2] if len(args) > 2 else (kwargs.get("from", 0.0), kwargs.get("to", 1.0))
            )
            return out.fill_(low + self.uniform * (high - low))
        return out

    @staticmethod
    def _constant(args: Any) -> bool:
        """Whether a mask keeps every element equally often: images as probabilities are no mask."""
        p = next((a for a in reversed(args) if isinstance(a, torch.Tensor)), None)
        number = len(args) > 1 and isinstance(args[1], float | int)
        return number or p is None or not p.numel() or bool((p == p.reshape(-1)[0]).all())


_DRAWS = (
    "randn",
    "randn_like",
    "normal_",
    "normal",
    "randint",
    "randint_like",
    "bernoulli",
    "bernoulli_",
    "poisson",
    "exponential_",
)
UNIFORM = (0.515, 0.525)  # no threshold that anybody would write lies between


# --- results of losses ----------------------------------------------------------------------------------


def _loss_parts(value: Any) -> tuple[Any, Any, Any]:
    """``(total, recon, kl)`` from a tuple, a mapping or an object with these names."""
    if _nothing(value):
        raise _refusal(value, "vae_loss", "(total, recon, kl)")
    if all(hasattr(value, n) for n in ("total", "recon", "kl")):
        return value.total, value.recon, value.kl
    if isinstance(value, Mapping):
        try:
            return value["total"], value["recon"], value["kl"]
        except KeyError as error:
            keys = ", ".join(map(str, list(value)[:8]))
            message = f"vae_loss returned a mapping without the key {error}"
            raise ContractError(message, f"keys {keys}", "total, recon and kl") from None
    if isinstance(value, tuple | list) and len(value) == 3:
        return value[0], value[1], value[2]
    raise _refusal(value, "vae_loss", "(total, recon, kl)")


# --- the session -------------------------------------------------------------------------------------

Result = tuple[dict[str, Any], dict[str, torch.Tensor]]


class Session:
    """One loaded submission, its models, and the operations on them."""

    def __init__(self) -> None:
        self.module = types.ModuleType("submission")
        self.models: dict[str, tuple[Any, str, int]] = {}  # modules with methods that only students know
        self.kept: dict[str, torch.Tensor] = {}
        self.watch: derivatives.Watch | None = None  # of the last run
        self.adam = torch.optim.Adam  # as it is before the submission is loaded
        self.files: dict[str, bytes] = {}
        self.ops: dict[str, Callable[..., Result]] = {
            name.removeprefix("op_"): getattr(self, name) for name in dir(self) if name[:3] == "op_"
        }

    # -- set-up

    def op_load(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """Import the submission; say what it defines and whether it trained."""
        self.files = {k[5:]: bytes(v.numpy()) for k, v in t.items() if k.startswith("file:")}
        main = args["main"]
        finder = _Finder({k: v for k, v in self.files.items() if k != "submission.py"})
        for name in [n for n in sys.modules if n.partition(".")[0] not in sys.stdlib_module_names]:
            if finder.find_spec(name.partition(".")[0]):  # worker.py, wire.py: their own file comes before one of ours
                del sys.modules[name]
        sys.meta_path.insert(0, finder)
        sys.modules["submission"] = self.module
        self.module.__file__ = main
        backward, calls = torch.autograd.backward, 0

        def counting(*a: Any, **k: Any) -> Any:
            nonlocal calls
            calls += 1
            return backward(*a, **k)

        seed_everything(args.get("seed", 0))
        torch.autograd.backward = counting
        try:
            text = _text(main, self.files[main])
            if main.endswith(".ipynb"):
                _run_notebook(text, self.module)
            else:
                linecache.cache[main] = (len(text), None, text.splitlines(True), main)
                exec(compile(text, main, "exec"), self.module.__dict__)
        finally:
            torch.autograd.backward = backward
        return {"names": {n: self._name_info(n) for n in REQUIRED}, "backward_calls": calls}, {}

    def _name_info(self, name: str) -> dict[str, Any] | None:
        if not hasattr(self.module, name):
            return None
        value = getattr(self.module, name)
        info: dict[str, Any] = {"kind": _describe(value)}
        if inspect.isclass(value):
            info["kind"] = "class"
            info["module"] = issubclass(value, nn.Module)
            wanted = ("encode", "decode", "forward", "reparameterize")
            info["methods"] = {
                m: _signature(getattr(value, m))
                for m in wanted
                if callable(getattr(value, m, None)) and getattr(value, m) is not getattr(nn.Module, m, None)
            }
            if info["module"] and set(wanted if name == "VAE" else wanted[:3]) - set(info["methods"]):
                with contextlib.suppress(Exception):  # the constructor may set them: self.decode = nn.Sequential(...)
                    one: Any = value(2)  # type: ignore[call-arg]
                    there = {m: getattr(one, m, None) for m in wanted if m not in info["methods"]}
                    inherited = nn.Module.forward
                    info["methods"] |= {
                        m: None for m, f in there.items() if callable(f) and getattr(f, "__func__", f) is not inherited
                    }
        elif callable(value):
            info["kind"] = "function"
        if callable(value):
            info["signature"] = _signature(value)
        if name == "TUNED_BETA":
            with contextlib.suppress(Exception):
                number = float(value)
                info["value"] = number if np.isfinite(number) else str(number)
        return info

    def op_environment(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """Versions that numbers depend on; asked of a worker that holds no submission."""
        return {
            "python": ".".join(map(str, sys.version_info[:3])),
            "torch": torch.__version__,
            "cpu_capability": torch.backends.cpu.get_cpu_capability(),
            "threads": torch.get_num_threads(),
        }, {}

    def op_keep(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """Hold tensors (training images, the order of batches) for later operations."""
        self.kept.update(t)
        return {}, {}

    def op_build(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """Construct ``cls(D)`` under a seed; with ``state:…`` tensors, load them strictly."""
        model = self._construct(args["cls"], args["D"], args["seed"])
        state = {k[6:]: v.clone() for k, v in t.items() if k.startswith("state:")}
        if state:
            nn.Module.load_state_dict(model, state, strict=True)
        elif args.get("jiggle"):
            # layers that start at exactly zero would hide what is behind them, and nearly linear ones the
            # difference between a path in code space and one in pixel space
            with torch.no_grad():
                for p in model.parameters():
                    wide = p.ndim > 1
                    p.add_(torch.randn_like(p) * (args["jiggle"] / p[0].numel() ** 0.5 if wide else 0.05))
        self.models[args["key"]] = (model, args["cls"], args["D"])
        latent = getattr(model, "latent_dim", None)
        return {
            "latent_dim": latent if isinstance(latent, int) else _describe(latent),
            "has_latent_dim": hasattr(model, "latent_dim"),
            "batch_norm": any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in model.modules()),
            "parameters": sum(p.numel() for p in model.parameters() if _materialized(p)),
        }, {}

    def _construct(self, cls: str, latent_dim: int, seed: int) -> nn.Module:
        seed_everything(seed)
        model = getattr(self.module, cls)(latent_dim)
        if not isinstance(model, nn.Module):
            raise ContractError(f"{cls}({latent_dim}) is not a torch.nn.Module", _describe(model), "nn.Module")
        if any(not _materialized(p) for p in model.parameters()):
            with torch.no_grad():  # lazy layers take their sizes from a first batch
                model(torch.zeros(2, *IMAGE))
        return model

    def op_state(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        return {}, self._state(self.models[args["key"]][0])

    @staticmethod
    def _state(model: nn.Module) -> dict[str, torch.Tensor]:
        state = nn.Module.state_dict(model)
        return {f"state:{k}": _plain_tensor(v) for k, v in state.items() if isinstance(v, torch.Tensor)}

    # -- single calls

    def _method(self, key: str, method: str, train: bool) -> tuple[Callable[..., Any], int, str, str]:
        model, cls, _ = self.models[key]
        model.train(train)
        count, expected = _METHODS[cls, method]
        call = model if method == "forward" else getattr(model, method)
        return call, count, f"{cls}.{method}", expected

    def op_apply(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """Call one method under a seed; say whether it changed its inputs."""
        call, count, what, expected = self._method(args["key"], args["method"], args.get("train", False))
        inputs = [t[f"a{i}"] for i in range(len(t))]
        passed = [a.clone() for a in inputs]
        (seed_all if args.get("torch_only") else seed_everything)(args["seed"])
        with torch.no_grad():
            value = call(*passed)
        out = _tensors(value, count, what, expected)
        changed = any(not torch.equal(a, b) for a, b in zip(inputs, passed, strict=True))
        meta = [[list(o.shape), str(o.dtype).removeprefix("torch.")] for o in out]
        generator = sha256(torch.get_rng_state().numpy().tobytes()).hexdigest()[:16]
        info = {"changed_input": changed, "meta": meta, "generator_after": generator, "form": _form(value, count)}
        return info, {f"out{i}": _plain_tensor(o) for i, o in enumerate(out)}

    def op_chunked(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """One method in eval mode over many rows (``a0`` or a kept tensor), at most 512 at a time."""
        call, count, what, expected = self._method(args["key"], args["method"], False)
        rows = self.kept[args["kept"]] if "kept" in args else t["a0"]
        seed_everything(args["seed"])
        parts: list[tuple[torch.Tensor, ...]] = []
        with torch.no_grad():
            for chunk in rows.split(CHUNK):
                out = _tensors(call(chunk.clone()), count, what, expected)
                parts.append(tuple(_plain_tensor(o).reshape(len(chunk), -1) for o in out))
        return {}, {f"out{i}": torch.cat([p[i] for p in parts]) for i in range(count)}

    def op_staged(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """``forward`` beside the stages it should be made of, each replayed from the same seed."""
        model = self.models[args["key"]][0]
        model.train(args["train"])
        x, seed = t["x"], args["seed"]

        buffers = {n: b.detach().clone() for n, b in model.named_buffers()}

        def again(reseed: int) -> None:
            """The state before: the generator, and buffers that a pass moves (batch norm, spectral norm)."""
            seed_everything(reseed)
            with torch.no_grad():
                for n, b in model.named_buffers():
                    b.copy_(buffers[n])

        def stages(code: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> tuple[torch.Tensor, ...]:
            again(seed)
            mu, logvar = _tensors(model.encode(x.clone()), 2, "VAE.encode", "(mu, logvar)")
            z = code(mu, logvar)
            return mu, logvar, z, _tensors(model.decode(z), 1, "VAE.decode", "x_hat")[0]

        if args.get("cls") == "Autoencoder":
            with torch.no_grad():
                again(seed)
                (z,) = _tensors(model.encode(x.clone()), 1, "Autoencoder.encode", "z")
                (x_hat,) = _tensors(model.decode(z), 1, "Autoencoder.decode", "x_hat")
                shown, given = self._watched(model, x, lambda: again(seed), 1)
                out = {"staged": x_hat, "forward": shown[0]}
                if noisy := self._random_input(model, x, given, lambda: again(seed + 1), 1):
                    assert given is not None
                    again(seed)
                    torch.set_rng_state(given[1])
                    (z,) = _tensors(model.encode(given[0].clone()), 1, "Autoencoder.encode", "z")
                    out["from_given"] = _tensors(model.decode(z), 1, "Autoencoder.decode", "x_hat")[0]
            return {"encode_calls": 0, "random_input": noisy}, {k: _plain_tensor(v) for k, v in out.items()}
        with torch.no_grad():
            mu, logvar, z, x_hat = stages(model.reparameterize)
            out = {"mu": mu, "logvar": logvar, "z": z, "staged": x_hat}
            forward, given = self._watched(model, x, lambda: again(seed), 3)
            out |= dict(zip(("forward", "forward_mu", "forward_logvar"), forward, strict=True))
            out["from_mu"] = stages(lambda m, lv: m)[3]
            out["from_swapped"] = stages(lambda m, lv: model.reparameterize(lv, m))[3]
            out["from_logvar"] = stages(lambda m, lv: lv)[3]
            out["from_formula"] = stages(_sent("repairs", t).reparameterize)[3]
            again(seed + 1)
            out["forward_other_seed"] = _tensors(model(x.clone()), 3, "VAE.forward", "…")[0]
            calls = self._frozen_codes(model, x, mu, logvar, lambda: again(seed), out)
            if noisy := self._random_input(model, x, given, lambda: again(seed + 1), 3):
                assert given is not None
                again(seed)
                torch.set_rng_state(given[1])
                codes = _tensors(model.encode(given[0].clone()), 2, "VAE.encode", "(mu, logvar)")
                out |= {"given_mu": codes[0], "given_logvar": codes[1]}
                out["from_given"] = _tensors(model.decode(model.reparameterize(*codes)), 1, "VAE.decode", "x_hat")[0]
        info = {"encode_calls": calls, "random_input": noisy}
        return info, {k: _plain_tensor(v) for k, v in out.items()}

    @staticmethod
    def _watched(
        model: Any, x: torch.Tensor, again: Callable[[], None], count: int
    ) -> tuple[tuple[torch.Tensor, ...], tuple[torch.Tensor, torch.Tensor] | None]:
        """What ``forward`` returns, with what it gave to ``encode`` and the state of the generator then."""
        encode, given = model.encode, []

        def watching(*args: Any, **kwargs: Any) -> Any:
            first = next(iter((*args, *kwargs.values())), None)
            if isinstance(first, torch.Tensor):
                given.append((first.detach().clone(), torch.get_rng_state()))
            return encode(*args, **kwargs)

        again()
        with _methods(model, encode=watching):
            out = _tensors(model(x.clone()), count, f"{type(model).__name__}.forward", "what the assignment names")
        return out, given[0] if given else None

    def _random_input(
        self, model: Any, x: torch.Tensor, given: tuple[torch.Tensor, torch.Tensor] | None,
        again: Callable[[], None], count: int,
    ) -> bool:  # fmt: skip
        """Whether ``forward`` encodes other images than it is given, and others each time."""
        if given is None or given[0].numel() != x.numel() or torch.equal(given[0].reshape(-1), x.reshape(-1)):
            return False
        _, other = self._watched(model, x, again, count)
        return other is not None and not torch.equal(given[0], other[0])

    @staticmethod
    def _frozen_codes(
        model: Any,
        x: torch.Tensor,
        mu: torch.Tensor,
        logvar: torch.Tensor,
        again: Callable[[], None],
        out: dict[str, torch.Tensor],
    ) -> int:
        """``forward`` of two batches while ``encode`` gives the same codes for both: only what goes round it differs."""
        encode, calls = model.encode, 0

        def frozen(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            pair = encode(*args, **kwargs)
            codes = mu.clone(), logvar.clone()
            return pair._make(codes) if hasattr(pair, "_make") else list(codes) if isinstance(pair, list) else codes

        told = torch.zeros_like(out["forward"])
        out |= {"frozen": told, "frozen_other": told}
        with _methods(model, encode=frozen), contextlib.suppress(Exception):
            # an error here is of this question: `forward` has run with the submission's own `encode`
            pictures = []
            for images in (x, x.flip(0)):
                again()
                pictures.append(_tensors(model(images.clone()), 3, "VAE.forward", "…")[0])
            out |= dict(zip(("frozen", "frozen_other"), pictures, strict=True))
        return calls

    def op_encoder_noise(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """Codes in train mode under two seeds, and with other uniform numbers, while masks keep everything."""
        model, cls, _ = self.models[args["key"]]
        model.train(True)
        buffers = {n: b.detach().clone() for n, b in model.named_buffers()}
        out: dict[str, torch.Tensor] = {}
        at_input = False
        seed, plain = args["seed"], random.random
        for name, offset, uniform in (("one", 0, 0), ("two", 1, 0), ("moved", 0, 1)):
            seed_everything(seed + offset)
            with torch.no_grad():
                for n, b in model.named_buffers():
                    b.copy_(buffers[n])
            tamed = _Tamed(UNIFORM[uniform], t["x"].shape)
            random.random = lambda: UNIFORM[uniform]  # noqa: B023
            try:
                with torch.no_grad(), tamed:
                    codes = _tensors(model.encode(t["x"].clone()), 2 if cls == "VAE" else 1, f"{cls}.encode", "…")
            finally:
                random.random = plain
            out[name] = _plain_tensor(torch.cat([c.reshape(-1) for c in codes]))
            at_input |= tamed.at_input
        return {"at_input": at_input}, out

    def op_noise_gradient(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """Gradients of ``sum(w * reparameterize(mu, logvar))``."""
        model = self.models[args["key"]][0]
        model.train(args.get("train", True))
        mu, logvar = (t[k].clone().requires_grad_(True) for k in ("mu", "logvar"))
        seed_everything(args["seed"])
        (z,) = _tensors(model.reparameterize(mu, logvar), 1, "VAE.reparameterize", "z [B, D]")
        if not z.requires_grad:
            return {"detached": ["mu", "logvar"]}, {"z": _plain_tensor(z)}
        grads = derivatives.pulled([(z * t["w"]).sum()], [None], (mu, logvar))
        names = ("mu", "logvar")
        out = {f"d{n}": _plain_tensor(g) for n, g in zip(names, grads, strict=True) if g is not None}
        gone = [n for n, g in zip(names, grads, strict=True) if g is None]
        return {"detached": gone}, out | {"z": _plain_tensor(z)}

    def op_code_gradient(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """Gradient of random projections of ``decode(z)`` with respect to z: ``[K, B, D]``."""
        model = self.models[args["key"]][0]
        model.train(args["train"])
        rows = []
        for w in t["w"]:
            z = t["z"].clone().requires_grad_(True)
            seed_everything(args["seed"])
            (x_hat,) = _tensors(model.decode(z), 1, "decode", "x_hat")
            if not x_hat.requires_grad:
                rows.append(torch.zeros_like(z))
                continue
            (g,) = derivatives.pulled([(x_hat.reshape(len(z), -1) * w).sum()], [None], (z,))
            rows.append(torch.zeros_like(z) if g is None else g)
        return {}, {"grad": _plain_tensor(torch.stack(rows))}

    def op_pixel_reach(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """Largest change of the codes when a band of four rows of the images is inverted, for each of seven bands.

        Bands rather than gradients, so that an encoder that rounds or compares is judged by what it sees.
        """
        model, cls, _ = self.models[args["key"]]
        model.eval()
        x = t["x"]

        def codes(images: torch.Tensor) -> torch.Tensor:
            seed_everything(args["seed"])
            return torch.cat(
                [e.reshape(-1) for e in _tensors(model.encode(images), 2 if cls == "VAE" else 1, cls, "…")]
            )

        with torch.no_grad():
            before, reach = codes(x.clone()), []
            for band in range(7):
                other = x.clone()
                other[:, :, 4 * band : 4 * band + 4] = 1 - other[:, :, 4 * band : 4 * band + 4]
                reach.append((codes(other) - before).abs().max())
        return {}, {"reach": _plain_tensor(torch.stack(reach))}

    # -- losses

    def op_loss(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """``vae_loss`` or ``ae_loss`` at several points and betas: values, and gradients of the total.

        Every tensor has a leading axis of points; results are stacked points first, then betas.
        """
        names: list[str] = [n for n in ("x_hat", "mu", "logvar") if n in t]
        stacks: dict[str, list[torch.Tensor]] = {}
        info: dict[str, Any] = {"changed_input": [], "not_tensor": [], "no_gradient": [], "shapes": {}}
        for point in range(len(t["x"])):
            for beta in args["betas"]:
                self._loss_point({k: v[point].clone() for k, v in t.items()}, names, beta, args, info, stacks)
        try:
            return info, {k: torch.stack(v) for k, v in stacks.items()}
        except RuntimeError:
            shapes = ", ".join(f"{k} {s}" for k, s in info["shapes"].items())
            raise ContractError(f"{args['fn']} returned {shapes}", shapes, "scalar tensors") from None

    def _loss_point(
        self,
        inputs: dict[str, torch.Tensor],
        names: list[str],
        beta: float,
        args: dict[str, Any],
        info: dict[str, Any],
        stacks: dict[str, list[torch.Tensor]],
    ) -> None:
        grad = args.get("grad", False)
        leaves = {n: inputs[n].requires_grad_(grad) for n in names}
        call = {n: (v * 1.0 if grad and n in leaves else v) for n, v in inputs.items()}
        before = {n: v.detach().clone() for n, v in call.items()}
        seed_everything(args.get("seed", 0))
        values: dict[str, Any]
        if args["fn"] == "ae_loss":
            values = {"total": self.module.ae_loss(x_hat=call["x_hat"], x=call["x"])}
            if _nothing(values["total"]):
                raise _refusal(values["total"], "ae_loss", "a scalar tensor")
        else:
            parts = _loss_parts(self.module.vae_loss(**call, beta=beta))
            values = dict(zip(("total", "recon", "kl"), parts, strict=True))
        for n, v in before.items():
            if not torch.equal(v, call[n].detach()) and n not in info["changed_input"]:
                info["changed_input"].append(n)
        total = values["total"]
        for n, v in values.items():
            if not isinstance(v, torch.Tensor):
                if n not in info["not_tensor"]:
                    info["not_tensor"].append(n)
                try:
                    v = torch.tensor(float(v), dtype=torch.float64)
                except (TypeError, ValueError):
                    got = _describe(v)
                    message = f"{args['fn']} returned {got} as {n}"
                    raise ContractError(message, got, "a scalar tensor") from None
            info["shapes"][n] = list(v.shape)
            stacks.setdefault(n, []).append(_plain_tensor(v).double())
        if not grad:
            return
        grads: tuple[torch.Tensor | None, ...] = (None,) * len(names)
        if isinstance(total, torch.Tensor) and total.requires_grad and total.numel() == 1:
            leaf = [leaves[n] for n in names]
            grads = torch.autograd.grad(total.reshape(()), leaf, allow_unused=True)
        for n, g in zip(names, grads, strict=True):
            if g is None and n not in info["no_gradient"]:
                info["no_gradient"].append(n)
            zero = torch.zeros_like(leaves[n])
            stacks.setdefault(f"d{n}", []).append(_plain_tensor(zero if g is None else g))

    def op_parameter_flow(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """Which parameters that codes, or images of ``forward``, depend on get no gradient from the loss, or from them."""
        model, cls, _ = self.models[args["key"]]
        model.train(True)
        x = t["x"]
        named = dict(model.named_parameters())

        def codes_and_image() -> torch.Tensor:
            seed_everything(args["seed"])
            encoded = _tensors(model.encode(x.clone()), 2 if cls == "VAE" else 1, f"{cls}.encode", "…")
            seed_everything(args["seed"])
            (decoded,) = _tensors(model.decode(t["w"].clone()), 1, f"{cls}.decode", "…")
            return torch.cat([o.reshape(-1) for o in (*encoded, decoded)])

        def image() -> torch.Tensor:
            seed_everything(args["seed"])
            return _tensors(model(x.clone()), 3 if cls == "VAE" else 1, f"{cls}.forward", "…")[0].reshape(-1)

        def loss() -> torch.Tensor:
            seed_everything(args["seed"])
            out = _forward(model, cls, x)
            if cls != "VAE":
                value = self.module.ae_loss(x_hat=out[0], x=x)
                if _nothing(value):
                    raise _refusal(value, "ae_loss", "a scalar tensor")
                return value
            value = self.module.vae_loss(x_hat=out[0], x=x, mu=out[1], logvar=out[2], beta=args["beta"])
            return _loss_parts(value)[0]

        def projected() -> torch.Tensor:
            pixels = image()
            return (pixels * torch.linspace(-1.0, 1.0, pixels.numel())).sum()

        out: dict[str, Any] = {}
        for name, outputs, scalar in (("loss", codes_and_image, loss), ("image", image, projected)):
            used = _moving_parameters(named, outputs)
            model.zero_grad(set_to_none=True)
            value = scalar()
            if isinstance(value, torch.Tensor) and value.requires_grad:
                value.sum().backward()
            gone = _without_gradient(named, used, outputs)
            out[name] = {"used": len(used), "missing": [n[:80] for n in gone[:12]], "count": len(gone)}
        return out, {}

    # -- training

    def op_train(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """Train a fresh model on the kept images in the kept order; return its curves and its state.

        ``repair`` replaces what exact probes found broken, so that a second part of the work can still
        be judged: ``loss`` (a likelihood family), ``forward`` (the stages, with exact noise). What stands in comes
        with the question.
        """
        cls, latent_dim, repair = args["cls"], args["D"], args.get("repair", {})
        repairs = _sent("repairs", t)
        model = self._construct(cls, latent_dim, args["seed"])
        seed_everything(args["seed"] + 1)
        model.train(True)
        parameters = [p for p in model.parameters() if p.requires_grad]
        optimizer = self.adam(parameters, lr=args["learning_rate"], fused=True)
        images, order = self.kept["train_x"], self.kept["order"]
        fit = _fitting(model, args.get("fit"))
        step = self._vae_step(model, args, repair, repairs) if cls == "VAE" else self._ae_step(model, repair, repairs)
        curves: list[tuple[torch.Tensor, ...]] = []
        self.watch = derivatives.Watch(model, args.get("watch", ()))
        diverged = None
        for i in range(args["steps"]):
            x = images[order[i]]
            optimizer.zero_grad(set_to_none=True)
            self.watch.before(i)
            with fit():
                parts = step(x)
            parts[0].backward()
            self.watch.after(i)
            optimizer.step()
            curves.append(tuple(p.detach() for p in parts))
            if i % 25 == 0 and not bool(torch.isfinite(curves[-1][0])):
                diverged = i
                break
        columns = ("total", "recon", "kl")[: len(curves[0])]
        out = {n: torch.stack([c[i].double().reshape(()) for c in curves]) for i, n in enumerate(columns)}
        self.models[args["key"]] = (model, cls, latent_dim)
        return {"diverged_at": diverged}, out | self._state(model)

    def _ae_step(
        self, model: nn.Module, repair: dict[str, Any], repairs: Any
    ) -> Callable[[torch.Tensor], tuple[torch.Tensor, ...]]:
        family = repair.get("loss")
        ae_loss = self.module.ae_loss if not family else None

        def step(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
            (x_hat,) = _forward(model, "Autoencoder", x)
            if family:
                return (repairs.recon(family, x_hat, x),) * 2
            return (ae_loss(x_hat=x_hat, x=x),) * 2  # type: ignore[misc]

        return step

    def _vae_step(
        self, model: Any, args: dict[str, Any], repair: dict[str, Any], repairs: Any
    ) -> Callable[[torch.Tensor], tuple[torch.Tensor, ...]]:
        family, beta = repair.get("loss"), args["beta"]
        vae_loss = self.module.vae_loss if not family else None

        def step(x: torch.Tensor) -> tuple[torch.Tensor, ...]:
            if repair.get("forward"):
                mu, logvar = (_ordinary(t, x, image=False) for t in _tensors(model.encode(x), 2, "VAE.encode", "…"))
                (x_hat,) = _tensors(model.decode(repairs.reparameterize(mu, logvar)), 1, "VAE.decode", "…")
                x_hat = _ordinary(x_hat, x, image=True)
            else:
                x_hat, mu, logvar = _forward(model, "VAE", x)
            if family:
                recon, kl = repairs.recon(family, x_hat, x), repairs.kl(mu, logvar)
                return recon + beta * kl, recon, kl
            return _loss_parts(vae_loss(x_hat=x_hat, x=x, mu=mu, logvar=logvar, beta=beta))  # type: ignore[misc]

        return step

    # -- gradients beside values

    def _outputs(self, model: Any, cls: str, method: str, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        count, expected = _METHODS[cls, method]
        call = model if method == "forward" else getattr(model, method)
        return _tensors(call(x), count, f"{cls}.{method}", expected)

    def op_slopes(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """``encode`` or ``decode`` along directions ``v`` from ``x``: autograd's numbers beside central differences."""
        model, cls, _ = self.models[args["key"]]
        weights = [t[k] for k in sorted(t) if k[0] == "w"]

        def work(dtype: torch.dtype) -> Result:
            replay = derivatives.Replay(model, args["train"], args["seed"], seed_everything)
            call = lambda x: self._outputs(model, cls, args["method"], x)  # noqa: E731
            x, v = t["x"].to(dtype), t["v"].to(dtype)
            return {}, derivatives.along_inputs(replay, call, x, v, weights, args["lengths"])

        return derivatives.precisely(model, work)

    def op_weight_slopes(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """The same for each tensor of weights, seen through the image that ``forward`` returns."""
        model, cls, _ = self.models[args["key"]]
        weights = [t[k] for k in sorted(t) if k[0] == "w"]

        def work(dtype: torch.dtype) -> Result:
            replay = derivatives.Replay(model, args["train"], args["seed"], seed_everything)
            call = lambda: self._outputs(model, cls, "forward", t["x"].to(dtype, copy=True))[:1]  # noqa: E731
            return derivatives.along_weights(
                replay, call, weights, args["lengths"], args["directions"], args["seed"] + 1
            )

        return derivatives.precisely(model, work)

    def op_paired_values(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """What the stages return for the batch of one step of the last run, from the weights and generators of then."""
        assert self.watch is not None
        images, order = self.kept["train_x"], self.kept["order"]
        with torch.no_grad():
            outputs = self.watch.replayed(args["step"], lambda m: _staged(m, args["cls"], images[order[args["step"]]]))
        return {}, {k: _plain_tensor(v) for k, v in outputs.items()}

    def op_paired_gradient(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        """Sketches of the gradient that the run followed at that step, and of ``t`` pulled back through the stages."""
        assert self.watch is not None
        images, order = self.kept["train_x"], self.kept["order"]
        outputs = self.watch.replayed(args["step"], lambda m: _staged(m, args["cls"], images[order[args["step"]]]))
        return self.watch.pair(args["step"], outputs, t, args["seed"])

    # -- functions of a trained model

    def _recorded(
        self,
        key: str,
        seed: int,
        what: str,
        call: Callable[[nn.Module], Any],
        rows: int | None = None,
        train: bool = False,
    ) -> Result:
        model, _, latent_dim = self.models[key]
        model.train(train)
        seed_everything(seed)
        with Recorder(model, latent_dim) as recorder, torch.no_grad():
            images = _image_tensor(call(model), what)
        model.eval()
        codes, via = recorder.result()
        meta = [list(images.shape), str(images.dtype).removeprefix("torch.")]
        info = {"via": via, "encoded": recorder.encoded, "meta": meta}
        if rows is not None and images.ndim > 0:
            images = images[:rows]
        if images.numel() > MAX_ELEMENTS:
            raise ContractError(f"{what} returned {_describe(images)}", _describe(images), "fewer images")
        shown = {} if train else {"images": _plain_tensor(images)}  # where dropout and batch norm are at work
        return info, shown | {"codes": codes} | (recorder.ends() if train else {})

    def op_sample(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        sample, n = self.module.sample, args["n"]
        train = args.get("train", False)
        info, out = self._recorded(args["key"], args["seed"], "sample", lambda m: sample(m, n), args["rows"], train)
        if info["via"] == "none" and not train:  # the codes went another way: replay the plainest draw
            seed_everything(args["seed"])
            out["codes"] = torch.randn(n, self.models[args["key"]][2])
        return info, out

    def op_interpolate(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        interpolate, steps = self.module.interpolate, args["steps"]
        a, b = t["x_start"], t["x_end"]
        call = lambda m: interpolate(m, a.clone(), b.clone(), steps)  # noqa: E731
        return self._recorded(args["key"], args["seed"], "interpolate", call, train=args.get("train", False))

    def op_grid(self, args: dict[str, Any], t: dict[str, torch.Tensor]) -> Result:
        grid, extra = self.module.latent_grid, {k: args[k] for k in ("n", "extent") if k in args}
        train = args.get("train", False)
        return self._recorded(args["key"], args["seed"], "latent_grid", lambda m: grid(m, **extra), train=train)


def _staged(model: Any, cls: str, x: torch.Tensor) -> dict[str, torch.Tensor]:
    """``decode(reparameterize(encode(x)))`` and what it went through."""
    if cls == "Autoencoder":
        (z,) = _tensors(model.encode(x), 1, "Autoencoder.encode", "z")
        return {"x_hat": _ordinary(_tensors(model.decode(z), 1, "Autoencoder.decode", "x_hat")[0], x, image=True)}
    mu, logvar = _tensors(model.encode(x), 2, "VAE.encode", "(mu, logvar)")
    (x_hat,) = _tensors(model.decode(model.reparameterize(mu, logvar)), 1, "VAE.decode", "x_hat")
    codes = {n: _ordinary(t, x, image=False) for n, t in (("mu", mu), ("logvar", logvar))}
    return {"x_hat": _ordinary(x_hat, x, image=True), **codes}


def _forward(model: Any, cls: str, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """What losses are given of ``forward``: the values that were asked for, in ordinary shapes."""
    count, expected = _METHODS[cls, "forward"]
    out = _tensors(model(x), count, f"{cls}.forward", expected)
    return tuple(_ordinary(t, x, image=i == 0) for i, t in enumerate(out))


def _fitting(model: Any, fit: list[int] | None) -> Callable[[], contextlib.AbstractContextManager[None]]:
    """A context in which the methods of ``model`` take any number of rows, though they only fit ``fit`` at a time."""
    if not fit:
        return contextlib.nullcontext
    names = [n for n in ("encode", "reparameterize", "decode", "forward") if callable(getattr(model, n, None))]
    fitted = {n: _in_batches(getattr(model, n), fit[0], fit[1]) for n in names}
    return lambda: _methods(model, **fitted)


def _materialized(p: torch.Tensor) -> bool:
    return not isinstance(p, nn.parameter.UninitializedParameter)


def _moving_parameters(named: Mapping[str, torch.Tensor], outputs: Callable[[], torch.Tensor]) -> list[str]:
    """Parameters on which outputs depend, found by moving each: no gradient is asked."""
    used = []
    with torch.no_grad():
        before = outputs()
        for name, p in list(named.items())[:200]:
            saved = p.detach().clone()
            p.mul_(1.1).add_(0.05)
            if float((outputs() - before).abs().max()) > 1e-3 * float(before.abs().max()):
                used.append(name)
            p.copy_(saved)
    return used


def _without_gradient(
    named: Mapping[str, torch.Tensor], used: list[str], outputs: Callable[[], torch.Tensor]
) -> list[str]:
    """Those of ``used`` that got none. A fixed table (positions, say) may be a parameter without gradient; a tenth of
    the model may not, nor the last layer of a code."""
    frozen = [n for n in used if not named[n].requires_grad]
    small = sum(named[n].numel() for n in frozen) < 0.1 * max(1, sum(p.numel() for p in named.values()))
    free = [n for n in frozen if small and not (named[n].ndim > 1 and _is_affine(named[n], outputs))]
    grads = {n: named[n].grad for n in used if n not in free}
    return [n for n, g in grads.items() if g is None or g.count_nonzero() == 0]


def _is_affine(p: torch.Tensor, outputs: Callable[[], torch.Tensor]) -> bool:
    """Whether outputs lie on a line as ``p`` moves along one: nothing that bends comes after it."""
    with torch.no_grad():
        saved = p.detach().clone()
        start = outputs()
        p.add_(0.1 * saved + 0.05)
        middle = outputs()
        p.add_(0.1 * saved + 0.05)
        end = outputs()
        p.copy_(saved)
    return float((end - 2 * middle + start).abs().max()) < 1e-3 * float((end - start).abs().max())


# --- requests ----------------------------------------------------------------------------------------


def _where(error: BaseException, files: Mapping[str, bytes]) -> str:
    """The innermost frame in the student's own files."""
    place = ""
    tb = error.__traceback__
    while tb is not None:
        name = tb.tb_frame.f_code.co_filename
        if name in files or name.startswith("submission."):
            function = tb.tb_frame.f_code.co_name
            place = f"{name}:{tb.tb_lineno}" + ("" if function == "<module>" else f" in {function}")
        tb = tb.tb_next
    if isinstance(error, SyntaxError) and error.filename:
        place = f"{error.filename}:{error.lineno}"
    return place[:200]


def _computes(function: Any) -> bool:
    """Whether a function calls or calculates anything: one that does and returns nothing has lost its ``return``."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code is None or any(i.opname.startswith(("CALL", "BINARY")) for i in dis.get_instructions(code))


def _unwritten(error: BaseException, session: Session) -> str:
    """The function that is still to be written: it raises ``NotImplementedError`` itself, or is empty. "" if none is."""
    if isinstance(error, ContractError) and error.nothing_from:
        function: Any = session.module
        with contextlib.suppress(Exception):
            for part in error.nothing_from.split("."):
                function = getattr(function, part)
            return "" if _computes(function) else error.nothing_from
        return ""
    tb = error.__traceback__
    if not isinstance(error, NotImplementedError) or tb is None:
        return ""
    while tb.tb_next is not None:
        tb = tb.tb_next
    code = tb.tb_frame.f_code
    own = code.co_filename in session.files or code.co_filename.startswith("submission.")
    # torch raises this error too, from a line that calls it
    if not own or "raise" not in linecache.getline(code.co_filename, tb.tb_lineno):
        return ""
    return code.co_qualname.replace("<locals>.", "")


def _error(error: BaseException, session: Session) -> dict[str, Any]:
    files = session.files
    text = str(error) if not isinstance(error, SyntaxError) else str(error.msg)
    out: dict[str, Any] = {
        "type": type(error).__name__[:80],
        "message": " ".join(text.split())[:400],
        "where": _where(error, files),
    }
    if isinstance(error, ContractError):
        out |= {"contract": True, "got": error.got[:200], "expected": error.expected[:200]}
    if isinstance(error, BlockingIOError) or (type(error) is RuntimeError and "start new thread" in text):
        out["no_thread"] = True
    if isinstance(error, ModuleNotFoundError):
        out["package"] = str(error.name)[:80]
    if name := _unwritten(error, session):
        out["unwritten"] = name[:80]
    return out


def _sent(name: str, tensors: Mapping[str, torch.Tensor]) -> Any:
    """A module whose source came with the question; ``None`` where none came."""
    if name not in tensors:
        return None
    module = types.ModuleType(name)
    exec(compile(bytes(tensors[name].numpy()), f"{name}.py", "exec"), module.__dict__)
    return module


def answer(session: Session, header: dict[str, Any], tensors: dict[str, torch.Tensor]) -> Result:
    """Run one operation; exceptions of student code propagate. ``ContractError`` if nobody would take so much."""
    args = header.get("args", {})
    model = session.models.get(args.get("key", ""), (None,))[0]
    with _fitting(model, args.get("fit"))() if model is not None else contextlib.nullcontext():
        info, out = session.ops[header["op"]](args, tensors)
    _within(header, info, out, session)
    return info, out


def _within(header: dict[str, Any], info: dict[str, Any], out: dict[str, torch.Tensor], session: Session) -> None:
    """Refuse in words what would be refused by its length: the one costs its probe, the other its process."""
    op, args, bound = header["op"], header.get("args", {}), wire.Bound(**header["bound"])
    what = args.get("fn") or {"grid": "latent_grid"}.get(op, op)
    if "method" in args and args.get("key") in session.models:
        what = f"{session.models[args['key']][1]}.{args['method']}"
    size = sum(t.numel() * t.element_size() for t in out.values())
    if op in ("state", "train") and size + wire.MAX_LAYOUT > bound.body:
        most = (bound.body - wire.MAX_LAYOUT) >> 20
        raise ContractError(f"the state of the model has {size / 2**20:.1f} MB", f"{size} bytes", f"at most {most} MB")
    if sum(t.numel() for t in out.values()) > bound.numbers:
        shape = str(list(max(out.values(), key=torch.Tensor.numel).shape))
        raise ContractError(f"{what} returned shape {shape}", shape, "far fewer numbers")
    told = len(json.dumps(info, ensure_ascii=False).encode("utf-8", "replace")) + 256  # for what stands around it
    if told > bound.header:
        raise ContractError(f"{what}: the names in the model take {told} bytes", f"{told} bytes", "shorter names")


def serve(sock: socket.socket) -> None:
    """Answer requests until the caller closes the channel."""
    session = Session()
    while True:
        try:
            header, arrays = wire.recv(sock)
        except EOFError:
            return
        tensors = {k: torch.from_numpy(v) for k, v in arrays.items()}
        reply: dict[str, Any] = {"nonce": header["nonce"]}
        out: dict[str, torch.Tensor] = {}
        try:
            info, out = answer(session, header, tensors)
            reply |= {"ok": True, "info": info}
        except MemoryError as error:
            reply |= {"ok": False, "error": {**_error(error, session), "type": "MemoryError"}}
        except BaseException as error:  # SystemExit and KeyboardInterrupt of student code too
            reply |= {"ok": False, "error": _error(error, session)}
        wire.send(sock, reply, {k: v.numpy() for k, v in out.items()})


def warm() -> None:
    """Everything that is slow the first time: imported and run once, before the zygote forks."""
    import torch.distributions

    with contextlib.suppress(ImportError):
        try:
            from torchvision_compat import import_torchvision
        except ImportError:
            from grader.torchvision_compat import import_torchvision
        import_torchvision()
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(72, 4))
    optimizer = torch.optim.Adam(net.parameters(), fused=True)
    F.binary_cross_entropy(torch.sigmoid(net(torch.zeros(2, 1, 8, 8))), torch.zeros(2, 4)).backward()
    optimizer.step()
    torch.distributions.kl_divergence(torch.distributions.Normal(0.0, 1.0), torch.distributions.Normal(0.0, 1.0))
    torch.randn(2).normal_()
