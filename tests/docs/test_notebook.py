"""The notebook runs completely, in an empty folder."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pandas as pd
from nbclient import NotebookClient

from code_blocks import ROOT

NOTEBOOK = ROOT / "docs" / "how-to" / "from-folder-to-populations.ipynb"
MINUTES = 5


def test_a_folder_becomes_populations(tmp_path: Path) -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)  # pixels would stay in git for ever
    client = NotebookClient(notebook, timeout=60 * MINUTES, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    nuclei, counts = pd.read_csv(tmp_path / "nuclei.csv"), pd.read_csv(tmp_path / "counts.csv")
    assert set(nuclei["frame"]) == set(counts["frame"]) == set(range(6))
    assert (tmp_path / "01_RES" / "res_track.txt").is_file()
    assert (tmp_path / "populations.png").stat().st_size > 1000
