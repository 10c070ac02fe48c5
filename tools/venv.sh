#!/bin/sh
# Makes the virtual environment $1 with everything that pyproject.toml pins.
set -eu
venv=$1
[ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
py="$venv/bin/python"
quiet="--quiet --disable-pip-version-check"
pinned() { sed -n "s/.*\"$1==\([^\"]*\)\".*/\1/p" pyproject.toml; }

# torch first and by itself, from an index of CPU builds if TORCH_INDEX names one. torchvision comes without its
# dependencies, because its registry wheel is linked for CUDA and would pull that build of torch in;
# grader/torchvision_compat.py makes it importable beside a CPU torch.
"$py" -m pip install $quiet ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "torch==$(pinned torch)"
"$py" -m pip install $quiet --no-deps "torchvision==$(pinned torchvision)"
"$py" -m pip install $quiet --editable ".[dev]"
