"""Actions of a visitor on a page of the browser view."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

MODEL = "window.Bokeh?.documents[0]?.get_model_by_name('{}')"


def value(page: Page, name: str, field: str) -> Any:
    """A property of an element of the page."""
    return page.evaluate(f"() => {MODEL.format(name)}.{field}")


def wait_for(page: Page, name: str, condition: str) -> None:
    """Wait until an element of the page, ``it``, fulfils a condition."""
    page.wait_for_function(f"() => {{ const it = {MODEL.format(name)}; return it && ({condition}) }}")


def visit(page: Page, url: str, name: str, *files: Path) -> None:
    """Open a page and upload files."""
    page.goto(f"{url}/{name}")
    wait_for(page, "run", "true")
    page.set_input_files("#file", files)


def calibrate(page: Page, *edges: str) -> None:
    """Type the voxel size."""
    for title, edge in zip(("Slices (z)", "Pixels (y)", "Pixels (x)"), edges, strict=True):
        page.get_by_label(title).fill(edge)
        page.get_by_label(title).press("Enter")
    wait_for(page, "run", "!it.disabled")


def run(page: Page, button: str) -> None:
    """Start the work, and wait for its end."""
    page.get_by_role("button", name=button).click()
    wait_for(page, "progress", "it.text === 'Done.'")


def save(page: Page, name: str, folder: Path) -> Path:
    """Download a result."""
    with page.expect_download() as caught:
        page.get_by_role("link", name=name).click()
    path = folder / name
    caught.value.save_as(path)
    return path
