"""A reader opens a changed file like the unchanged one, warns, or gives one line of our own errors.

``pytest tests/fuzz --fuzz-examples 5000`` tries more and other files than the default run, and prints how
many of each format had which answer.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fuzz.answers import (
    OPENERS,
    OUTCOMES,
    Layer,
    Whole,
    WrongAnswer,
    answer_to,
    difference_of,
    layers_of,
    whole_of,
)
from fuzz.mutations import mutations
from fuzz.seeds import FORMATS

DEFAULT = 300


@pytest.mark.parametrize("name", FORMATS)
def test_mangled_files(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    examples = request.config.getoption("--fuzz-examples")
    seeds, opener = FORMATS[name](tmp_path), OPENERS.get(name, layers_of)
    whole = [whole_of(opener, tmp_path / seed.opened) for seed in seeds]
    files = {one: (tmp_path / one).read_bytes() for seed in seeds for one in seed.mangled}
    chosen = st.sampled_from([(place, one) for place, seed in enumerate(seeds) for one in seed.mangled])
    outcomes = OUTCOMES.setdefault(name, Counter())

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=examples == DEFAULT,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def mangle(data: st.DataObject) -> None:
        place, file = data.draw(chosen)
        content = files[file]
        for change in data.draw(mutations(file)):
            content = change(content)
        (tmp_path / file).write_bytes(content)
        try:
            outcome = answer_to(opener, tmp_path / seeds[place].opened, whole[place])
        finally:
            (tmp_path / file).write_bytes(files[file])
        outcomes[outcome] += 1

    mangle()


def test_wrong_results_are_distinguished_from_right_ones(tmp_path: Path) -> None:
    whole = [_layer([10, 20, 30])]
    assert difference_of([_layer([10, 20, 30])], whole) == ""
    assert difference_of([_layer([10, 55, 30])], whole) == "pixels"
    assert "other places" in difference_of([_layer([10, 30, 20])], whole)
    assert "shape" in difference_of([_layer([10, 20])], whole)
    assert "layers" in difference_of([], whole)
    assert "size" in difference_of([_layer([10, 20, 30])._replace(size=(-1.0,))], whole)

    def fails(_: Path) -> list[Layer]:
        raise KeyError("axes")

    for opener in (fails, lambda _: [_layer([10, 20])]):
        with pytest.raises(WrongAnswer, match=r"KeyError|without a word"):
            answer_to(opener, tmp_path, Whole(whole, frozenset()))


def _layer(planes: list[float]) -> Layer:
    import numpy as np

    return Layer("image", (len(planes), 1, 2, 2), tuple("tzyx"), "uint8", (1.0,), np.array(planes, float))
