#!/usr/bin/env bash
# Builds the image of the autograder: run once by Gradescope, as root.
set -euo pipefail

GRADER="EDIT-ME"  # what pip installs: git+https://…, or the name of a wheel inside this zip
PIP_ARGS=()       # for example arguments that select a CPU build of torch

if [ "$GRADER" = "EDIT-ME" ]; then
    echo "setup.sh: set GRADER to what pip should install" >&2
    exit 2
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install --yes --no-install-recommends git bubblewrap libseccomp2

python=""
for version in 3.13 3.12 3.11; do
    if apt-get install --yes --no-install-recommends "python$version" "python$version-venv"; then
        python="python$version"
        break
    fi
done
if [ -z "$python" ]; then
    echo "setup.sh: no Python of 3.11 or newer in this image: choose a newer base image" >&2
    exit 2
fi

cd /autograder/source
"$python" -m venv /autograder/venv
/autograder/venv/bin/python -m pip install --no-cache-dir "${PIP_ARGS[@]}" "$GRADER"
/autograder/venv/bin/grader --version
