from __future__ import annotations

import shutil

from napari_devolearn.models import registry


def test_each_model_is_listed_as_verified(run) -> None:
    status, said, _ = run("models")
    assert status == 0
    for files in registry.bundled_models():
        (line,) = (line for line in said.splitlines() if line.startswith(files.spec.name))
        assert "verified" in line


def test_one_changed_byte_is_reported(fails, monkeypatch, tmp_path) -> None:
    folder = shutil.copytree(registry._BUNDLED, tmp_path / "weights")
    with (folder / "nucleus.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))
    monkeypatch.setattr(registry, "_BUNDLED", folder)
    assert "nucleus.safetensors" in fails("models")
