"""The built program: built once for a run of all tests, as `make package` does, and taken away from the sources."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from filelock import FileLock

ROOT: Final = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Package:
    """The folder, and a link to its program from elsewhere, as an administrator puts one on the PATH."""

    folder: Path
    link: Path

    @property
    def modules(self) -> set[str]:
        """Names of all Python modules in it, its own starting parts left out."""
        from PyInstaller.archive.readers import CArchiveReader

        program = CArchiveReader(str(self.folder / "fm-desktop"))
        return set(program.open_embedded_archive("PYZ.pyz").toc)

    @property
    def files(self) -> list[Path]:
        """All of its files, relative to the folder."""
        return [path.relative_to(self.folder) for path in self.folder.rglob("*") if not path.is_dir()]

    @property
    def size(self) -> int:
        return sum(path.lstat().st_size for path in self.folder.rglob("*"))


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    # Far from where it was built, at a place that programs are seldom tried at.
    made = Package(shared / "Für alle" / "fm desktop", shared / "bin" / "fm-desktop")
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    # Held by one run at a time too: PyInstaller keeps what it found out about the sources there.
    with FileLock(build / "package.lock"):
        if not made.folder.exists():
            _build(made, shared / "dist")
    return made


def _build(made: Package, at: Path) -> None:
    done = subprocess.run(
        ["sh", "tools/package.sh", str(at)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made.link.parent.mkdir()
    made.link.symlink_to(made.folder / "fm-desktop")
    made.folder.parent.mkdir()
    (at / "fm-desktop").rename(made.folder)
