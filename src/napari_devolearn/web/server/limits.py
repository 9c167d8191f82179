"""Limits of one visitor."""

from __future__ import annotations

from dataclasses import dataclass, fields

from napari_devolearn.exceptions import ParameterError


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of one visitor; each must be above 0.

    `upload_bytes`: of one file, or of all frames of a movie together.
    `frames`: maximum number of files of a movie.
    `upload_seconds`: maximum time for an upload.
    `uploads`: maximum number of images per visit.
    `pixel_bytes`: of the decoded pixels, which can be much larger than the file.
    `reading_seconds`: maximum time for decoding.
    `visits`: maximum number of open pages.
    `idle_seconds`: time without any action after which a visit ends.

    Raises ParameterError if a value is not above 0; the message lists all of them.
    """

    upload_bytes: int = 500_000_000
    frames: int = 1000
    upload_seconds: float = 600
    uploads: int = 20
    pixel_bytes: int = 1_000_000_000
    reading_seconds: float = 120
    visits: int = 8
    idle_seconds: float = 7200

    def __post_init__(self) -> None:
        wrong = [f"{one.name} {value}" for one in fields(self) if not (value := getattr(self, one.name)) > 0]
        if wrong:
            raise ParameterError(f"limits: {', '.join(wrong)}; give numbers above 0")
