from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from napari_devolearn.cli import serve


def test_a_missing_extra_gives_a_one_line_error(fails, monkeypatch) -> None:
    monkeypatch.setattr(serve, "find_spec", lambda _: None)
    assert "pip install 'napari-devolearn[web]'" in fails("serve")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--port", "66000"], "give a whole number from 0 to 65535"),
        (["--visitors", "0"], "give a whole number from 1"),
        (["--device", "cuda:99"], "cuda:99"),
    ],
)
def test_invalid_options_are_reported(fails, arguments, told) -> None:
    assert told in fails("serve", *arguments)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_it_serves_until_a_signal_and_leaves_no_files(tmp_path) -> None:
    pytest.importorskip("bokeh", reason="needs the extra web")
    code = "from napari_devolearn.cli import main; raise SystemExit(main(['serve', '--port', '0']))"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    ) as process:
        try:
            assert process.stdout is not None
            url = re.match(r"(http://127\.0\.0\.1:\d+/)", process.stdout.readline()).group(1)
            with urllib.request.urlopen(url + "nucleus", timeout=60) as answer:
                assert b"data-token" in answer.read()
            assert not list(tmp_path.glob("napari-devolearn-web-*/*/"))  # no visit without a websocket
        finally:
            process.send_signal(signal.SIGTERM)
            told = process.stdout.read()
        assert "all uploaded files are deleted" in told
    assert process.returncode == 0
    assert not list(tmp_path.glob("napari-devolearn-web-*"))
