from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from napari_devolearn.exceptions import OutputExistsError, ParameterError
from napari_devolearn.models.registry import find_model
from napari_devolearn.training.export.bioimageio import DESCRIPTION, export_bioimageio

pytest.importorskip("onnx", reason="the export needs the extra onnx")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of the smallest model."""
    return export_bioimageio(find_model("embryo"), tmp_path_factory.mktemp("bioimageio") / "embryo")


def _described(package: Path) -> dict[str, Any]:
    described: dict[str, Any] = yaml.safe_load((package / DESCRIPTION).read_text("utf-8"))
    return described


def test_files_have_the_checksums_of_the_description(package: Path) -> None:
    described = _described(package)
    files = [
        described["weights"]["onnx"],
        *(one["test_tensor"] for one in described["inputs"] + described["outputs"]),
    ]
    for file in files:
        assert hashlib.sha256((package / file["source"]).read_bytes()).hexdigest() == file["sha256"]
    card = (package / described["documentation"]).read_text("utf-8")
    assert card.startswith("# embryo")
    assert "## Validation" in card


def test_the_weights_give_the_test_output(package: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    described = _described(package)
    image = np.load(package / described["inputs"][0]["test_tensor"]["source"])
    scale, clip = (one["kwargs"] for one in described["inputs"][0]["preprocessing"])
    limits = [scale["min_percentile"], scale["max_percentile"]]
    low, high = np.percentile(image, limits, axis=(2, 3), keepdims=True)
    scaled = np.clip((image - low) / (high - low + scale["eps"]), clip["min"], clip["max"]).astype(np.float32)
    session = runtime.InferenceSession(str(package / described["weights"]["onnx"]["source"]))
    (found,) = session.run(None, {"image": scaled})
    expected = np.load(package / described["outputs"][0]["test_tensor"]["source"])
    assert expected.std() > 0.01
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_the_specification_accepts_it(package: Path) -> None:
    spec = pytest.importorskip("bioimageio.spec", reason="validates the package where it is installed")
    summary = spec.validate_format(_described(package), context=spec.ValidationContext(root=package))
    assert summary.status in ("passed", "valid-format"), summary


def test_a_zip_has_the_same_files(package: Path, tmp_path: Path) -> None:
    target = export_bioimageio(find_model("embryo"), tmp_path / "embryo.zip")
    with zipfile.ZipFile(target) as archive:
        assert sorted(archive.namelist()) == sorted(path.name for path in package.iterdir())
        assert archive.read(DESCRIPTION) == (package / DESCRIPTION).read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["embryo.zip"]
    with pytest.raises(OutputExistsError, match="already exists"):
        export_bioimageio(find_model("embryo"), target)


def test_a_lineage_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"lineage: counts lineages, but .* choose another"):
        export_bioimageio(find_model("lineage"), tmp_path / "lineage")
    assert not (tmp_path / "lineage").exists()


def test_context_becomes_named_channels(tmp_path: Path) -> None:
    described = _described(export_bioimageio(find_model("membrane"), tmp_path / "membrane"))
    channel = described["inputs"][0]["axes"][1]
    assert channel["channel_names"] == ["z-3", "z-2", "z-1", "z+0", "z+1", "z+2", "z+3"]
    assert described["inputs"][0]["axes"][2]["scale"] == 0.25
