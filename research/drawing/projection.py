"""Simulate maximum projections of an embryo's nuclei from their positions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from research.drawing.look import Look

Image = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Nuclei:
    """The nuclei of one embryo at one time.

    Parameters
    ----------
    position : ndarray, (N, 3), float32
        (Z, Y, X) in um; z increases away from the objective.
    diameter : ndarray, (N,), float32
        In um.
    since_birth, to_division : ndarray, (N,), float32
        Minutes since the last division and until the next; large if unknown.
    axis : ndarray, (N, 3), float32
        Unit vector along which chromosomes separate in the nearer of the two divisions.
    lineage : ndarray, (N,), int64
        Number of the founder lineage.
    """

    position: npt.NDArray[np.float32]
    diameter: npt.NDArray[np.float32]
    since_birth: npt.NDArray[np.float32]
    to_division: npt.NDArray[np.float32]
    axis: npt.NDArray[np.float32]
    lineage: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.position)


def project(nuclei: Nuclei, look: Look, rng: np.random.Generator) -> Image:
    """Simulate a maximum projection along z; 1 is the brightness of a nucleus at the surface.

    `look`: appearance of the microscope and embryo in this image or movie.
    `rng`: for differences between images of one movie, such as noise.
    """
    position, axis = _turn(nuclei, look)
    inverse, radius, condensed = _shapes(nuclei, axis, look, rng)
    brightness = _brightness(nuclei, position, condensed, look, rng)
    image = np.zeros(look.shape, np.float32)
    kept = rng.random(len(nuclei)) >= look.missing
    kept[rng.integers(len(nuclei))] = True
    centre = position[:, 1:] / look.pixel_size + (np.array(look.shape) - 1) / 2
    _splat(image, centre[kept], inverse[kept], radius[kept], brightness[kept], look.edge)
    _add_spots(image, look)
    return _expose(image, look, rng)


def _turn(nuclei: Nuclei, look: Look) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Positions around the middle of the embryo, and axes, in the orientation of the image."""
    turn = look.rotation.astype(np.float32)
    middle = (nuclei.position.max(axis=0) + nuclei.position.min(axis=0)) / 2
    position = (nuclei.position - middle) @ turn.T * np.float32(look.scale)
    position[:, 1:] += np.asarray(look.shift, np.float32)
    axis = nuclei.axis @ turn.T
    return position, axis / np.linalg.norm(axis, axis=1, keepdims=True)


def _shapes(
    nuclei: Nuclei, axis: npt.NDArray[np.float32], look: Look, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Inverse ellipse of each nucleus in the image (1/pixel^2), its radius (pixel), its condensation."""
    until = np.minimum(nuclei.to_division, nuclei.since_birth * 0.8) / look.mitosis
    condensed = np.clip(1.6 - until * 0.55, 0, 1).astype(np.float32)
    young = 1 - 0.3 * np.exp(-nuclei.since_birth / 4).astype(np.float32)
    mean = look.nucleus_size * (350 / len(nuclei)) ** look.nucleus_shrink
    radius = (
        nuclei.diameter / nuclei.diameter.mean() * np.float32(mean / 2 * look.scale / look.pixel_size) * young
    )
    radius = radius * rng.normal(1, 0.06, len(nuclei)).clip(0.8, 1.25).astype(np.float32)
    # a thin plate across the axis of division, in addition to the small radius of a newborn nucleus
    along = radius * (1 - (1 - look.plate_thickness) * condensed)
    across = radius * (1 - (1 - look.plate_width) * condensed)
    stretch = np.exp(rng.normal(0, 0.08, len(nuclei))).astype(np.float32) * (1 - condensed) + condensed
    flat = axis[:, 1:]
    outer = flat[:, :, None] * flat[:, None, :]
    ellipse = (across**2)[:, None, None] * np.eye(2, dtype=np.float32)
    ellipse = ellipse + ((along * stretch) ** 2 - across**2)[:, None, None] * outer
    ellipse += np.eye(2, dtype=np.float32) * np.float32(0.25)
    return np.linalg.inv(ellipse).astype(np.float32), np.maximum(radius, 1).astype(np.float32), condensed


def _brightness(
    nuclei: Nuclei,
    position: npt.NDArray[np.float32],
    condensed: npt.NDArray[np.float32],
    look: Look,
    rng: np.random.Generator,
) -> npt.NDArray[np.float32]:
    """Peak of each nucleus: condensed ones are brighter, those under much tissue dimmer."""
    half = np.abs(position).max(axis=0) + 1
    inside = 1 - ((position[:, 1:] / half[1:]) ** 2).sum(axis=1)
    surface = -half[0] * np.sqrt(np.clip(inside, 0, 1))
    tissue = np.maximum(position[:, 0] - surface, 0)
    depth = position[:, 0] + half[0]
    log_gain = (
        -tissue / look.tissue_decay
        + depth * look.depth_gain
        + position[:, 1:] @ np.asarray(look.slope, np.float32)
        + look.lineage_gain[nuclei.lineage]
        + condensed * look.condensed_gain
        + rng.normal(0, look.brightness_spread, len(nuclei))
    )
    brightness: npt.NDArray[np.float32] = np.exp(log_gain).astype(np.float32)
    return brightness


def _splat(
    image: Image,
    centre: npt.NDArray[np.floating],
    inverse: npt.NDArray[np.float32],
    radius: npt.NDArray[np.float32],
    brightness: npt.NDArray[np.float32],
    edge: float,
) -> None:
    """Maximum of the image and a soft-edged ellipse per nucleus."""
    for small, large in ((0, 6), (6, 10), (10, 18), (18, 1000)):
        some = (radius > small) & (radius <= large)
        if not some.any():
            continue
        half = int(np.ceil(radius[some].max() * 1.25 + 3 * edge + 1))
        offset = np.arange(-half, half + 1)
        corner = np.rint(centre[some]).astype(int)
        rest = (centre[some] - corner).astype(np.float32)
        dy = (offset[None, :] - rest[:, :1]).astype(np.float32)[:, :, None]
        dx = (offset[None, :] - rest[:, 1:]).astype(np.float32)[:, None, :]
        m = inverse[some][:, :, :, None, None]
        distance = np.sqrt(m[:, 0, 0] * dy**2 + 2 * m[:, 0, 1] * dy * dx + m[:, 1, 1] * dx**2)
        steep = radius[some][:, None, None] / np.float32(edge)
        patch = brightness[some][:, None, None] / (1 + np.exp(np.minimum((distance - 1) * steep, 30)))
        y = (corner[:, :1] + offset)[:, :, None]
        x = (corner[:, 1:] + offset)[:, None, :]
        visible = (y >= 0) & (y < image.shape[0]) & (x >= 0) & (x < image.shape[1]) & (patch > 0.003)
        flat = (y * image.shape[1] + x)[visible]
        np.maximum.at(image.reshape(-1), flat, patch[visible])


def _add_spots(image: Image, look: Look) -> None:
    """Polar bodies and debris: small spots, each (y, x, radius, brightness) in pixels."""
    if len(look.spots):
        spots = look.spots.astype(np.float32)
        inverse = np.eye(2, dtype=np.float32) / (spots[:, 2] ** 2)[:, None, None]
        _splat(image, spots[:, :2], inverse, spots[:, 2], spots[:, 3], look.edge)


def _expose(image: Image, look: Look, rng: np.random.Generator) -> Image:
    """Blur, haze, cytoplasm, noise and the camera's response."""
    from scipy.ndimage import gaussian_filter, zoom

    wide = gaussian_filter(image[::4, ::4], look.haze_width / 4)
    glow = zoom(wide, 4, order=1, grid_mode=True, mode="nearest")[: image.shape[0], : image.shape[1]]
    image = gaussian_filter(image, look.blur) if look.blur > 0.3 else image
    y, x = (np.linspace(-1, 1, n, dtype=np.float32) * n * look.pixel_size / 2 for n in look.shape)
    across = np.array([[np.cos(look.angle), -np.sin(look.angle)], [np.sin(look.angle), np.cos(look.angle)]])
    yy, xx = np.meshgrid(y - look.shift[0], x - look.shift[1], indexing="ij", copy=False)
    along = (xx * across[0, 0] + yy * across[1, 0]) / (27 * look.scale)
    across_axis = (-xx * across[1, 0] + yy * across[0, 0]) / (17 * look.scale)
    cytoplasm = look.cytoplasm / (1 + np.exp(np.minimum((along**2 + across_axis**2 - 1) * 8, 30)))
    signal = np.maximum(image, 0) + look.haze * glow + cytoplasm.astype(np.float32)
    return _camera(signal, look, rng)


def _camera(signal: Image, look: Look, rng: np.random.Generator) -> Image:
    from scipy.ndimage import gaussian_filter

    noise = rng.standard_normal(signal.shape, np.float32)
    if look.grain > 0:
        noise = gaussian_filter(noise, look.grain)
        noise /= noise.std()
    noise *= np.sqrt(look.read_noise**2 + look.shot_noise**2 * signal)
    if look.projected_noise:  # the maximum over planes of noise is above 0 everywhere
        noise = np.abs(noise)
    visible = np.maximum(signal + noise + look.offset - look.black, 0)
    levels = np.minimum(visible / look.white, 1) ** look.gamma
    result: Image = (np.rint(levels * look.levels) / look.levels).astype(np.float32)
    return result
