from __future__ import annotations

import csv
import time

import numpy as np

from helpers.browsing import MODEL, calibrate, run, save, value, visit, wait_for
from helpers.counting_model import aging_movie
from helpers.files.ctc_folders import write_tif
from napari_devolearn.io.ctc.masks import read_labels
from napari_devolearn.io.image import read_image


def test_from_an_upload_to_results(page, served, movie_tif, tmp_path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page, served.url, "nucleus", movie_tif)
    page.get_by_text("pixel size is not in this file").wait_for()
    assert value(page, "run", "disabled")
    calibrate(page, "1", "0.5", "0.5")
    run(page, "Find nuclei")
    page.get_by_text("1 nucleus in frame 0").wait_for()
    model = served.site.model("nucleus")
    assert model.forward_passes == 12

    handle = page.locator(".noUi-handle").first
    handle.focus()
    for _ in range(6):
        handle.press("ArrowRight")  # to 0.8: above 200 of 255, below 201
    wait_for(page, "threshold", "Math.abs(it.value_throttled - 0.8) < 1e-6")
    page.get_by_text("0 nuclei in frame 0").wait_for()
    assert model.forward_passes == 12

    wait_for(page, "progress", "it.text === 'Done.'")
    page.evaluate(f"() => {{ const it = {MODEL.format('frame')}; it.value = 2 }}")
    page.get_by_text("nuclei in frame 2").wait_for()
    assert page.evaluate(f"() => {MODEL.format('counts')}.renderers[0].data_source.get('count').length") == 3

    saved = {name: save(page, name, tmp_path) for name in ("labels.ome.tif", "centroids.csv", "counts.csv")}
    labels = read_labels(saved["labels.ome.tif"])
    assert labels.shape == (3, 4, 24, 32)
    assert read_image(saved["labels.ome.tif"]).voxel_size == (1.0, 0.5, 0.5)
    with saved["counts.csv"].open(newline="") as lines:
        counts = [int(row["count"]) for row in csv.DictReader(lines)]
    assert counts == [
        0,
        len(set(labels.data[1].compute().ravel())) - 1,
        len(set(labels.data[2].compute().ravel())) - 1,
    ]
    assert saved["centroids.csv"].read_text().startswith("frame,label,z,y,x,")
    assert {url.split("/")[2] for url in asked if not url.startswith(("data:", "blob:"))} == {
        f"127.0.0.1:{served.port}"
    }


def test_a_bad_file_is_reported_and_the_next_one_fills_linked_views(
    page, served, movie_tif, tmp_path
) -> None:
    bad = tmp_path / "holiday.tif"
    bad.write_bytes(b"no image at all")
    visit(page, served.url, "nucleus", bad)
    page.get_by_text("holiday.tif: not a TIFF file").wait_for()
    page.set_input_files("#file", movie_tif)
    page.get_by_text("3 frames, 4 slices, 32 by 24 pixels").wait_for()
    assert page.locator("#upload-message").is_hidden()
    for name in ("input", "overlay", "centroids"):
        tools = value(page, name, "toolbar.tools.map(tool => tool.type)")
        assert {"PanTool", "WheelZoomTool", "ResetTool", "FullscreenTool"} <= set(tools)
        assert page.evaluate(f"() => {MODEL.format(name)}.x_range === {MODEL.format('input')}.x_range")


def test_full_screen_fills_the_window_and_restores_the_page(page, served, movie_tif) -> None:
    visit(page, served.url, "nucleus", movie_tif)
    page.get_by_text("3 frames, 4 slices").wait_for()
    button = page.locator(".bk-tool-icon-fullscreen").nth(1)

    def click() -> None:
        page.wait_for_timeout(700)  # no double click
        button.click()

    for go_back in (click, lambda: page.evaluate("() => document.exitFullscreen()")):  # as Escape does
        click()
        wait_for(page, "overlay", "it.inner_width > 1300 && it.inner_height > 850")  # of 1400 x 1000
        go_back()
        for name in ("input", "overlay", "centroids"):
            wait_for(page, name, "250 < it.inner_width && it.inner_width < 350 && it.inner_height < 300")
        button.wait_for()  # the tools are there again, too


def test_a_movie_becomes_curves_a_table_and_a_file(page, served, tmp_path) -> None:
    movie = write_tif(
        tmp_path / "aging.tif", aging_movie(12, rgb=False)[:, None], metadata={"axes": "TZYX"}, imagej=True
    )
    visit(page, served.url, "lineage", movie)
    wait_for(page, "run", "!it.disabled")
    run(page, "Count the lineages")
    page.get_by_text("cells in 12 frames").wait_for()
    totals = page.evaluate(f"() => Array.from({MODEL.format('table')}.source.get('total'))")
    assert len(totals) == 12
    assert totals == sorted(totals)
    with save(page, "counts.csv", tmp_path).open(newline="") as lines:
        assert [float(row["total"]) for row in csv.DictReader(lines)] == totals


def test_frames_uploaded_together_are_one_movie(page, served, tmp_path) -> None:
    frames = [write_tif(tmp_path / f"t{t:03d}.tif", np.full((3, 8, 9), t, np.uint8)) for t in range(4)]
    visit(page, served.url, "nucleus", *frames)
    page.get_by_text("4 frames, 3 slices, 9 by 8 pixels").wait_for()


def test_two_visitors_are_separate_and_leaving_ends_the_work(chromium, page, served, movie_tif) -> None:
    other = page.context.new_page()
    other.set_default_timeout(30_000)
    visit(page, served.url, "nucleus", movie_tif)
    visit(other, served.url, "membrane", movie_tif)
    for one in (page, other):
        one.get_by_text("3 frames, 4 slices").wait_for()
    assert len(served.site.visits) == 2
    folders = list(served.site.visits.root.glob("*/upload-1/boxes.tif"))
    assert len(folders) == 2
    other.close(run_before_unload=False)
    latest = time.monotonic() + 40
    while len(served.site.visits) > 1:
        assert time.monotonic() < latest
        page.wait_for_timeout(50)
    assert len(list(served.site.visits.root.glob("*/upload-1/boxes.tif"))) == 1
