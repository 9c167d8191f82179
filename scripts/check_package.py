"""Check that a built wheel and sdist contain all needed files: ``check_package.py DIST``."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
MANIFEST = "napari_devolearn/napari.yaml"


def main(dist: Path) -> int:
    """Print what is missing from each archive; the exit status is the number of missing items."""
    (wheel,), (sdist,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = set(archive.namelist())
        points = next(name for name in in_wheel if name.endswith("entry_points.txt"))
        declared = "napari_devolearn:napari.yaml" in archive.read(points).decode()
    with tarfile.open(sdist) as archive:
        in_sdist = {name.partition("/")[2] for name in archive.getnames()}
    required = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    missing = [f"{wheel.name}: {name}" for name in sorted(required - in_wheel)]
    missing += [f"{sdist.name}: src/{name}" for name in sorted(required) if f"src/{name}" not in in_sdist]
    missing += [f"{sdist.name}: {name}" for name in ("LICENSE", "napari.yaml") if name not in in_sdist]
    if not declared:
        missing.append(f"{wheel.name}: the entry point napari.manifest")
    if not any(name.endswith(".safetensors") for name in in_wheel):
        missing.append(f"{wheel.name}: the weights")
    for line in missing:
        print(f"missing from {line}")
    print(f"{wheel.name}: {len(in_wheel)} files, {wheel.stat().st_size / 1e6:.1f} MB")
    return len(missing)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
