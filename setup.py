"""Copies ``reference/`` into the built package, so that an installed grader stands alone."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithReference(build_py):
    """``reference/`` stays at the top of a checkout and becomes ``grader/_reference`` in a wheel."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            source = Path(__file__).parent / "reference"
            shutil.copytree(
                source,
                Path(self.build_lib) / "grader" / "_reference",
                dirs_exist_ok=True,
                ignore=shutil.ignore_patterns("__pycache__"),
            )


setup(cmdclass={"build_py": BuildWithReference})
