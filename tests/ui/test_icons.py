"""The tray's icons: told apart by shape, seen on every panel, sharp at every size."""

from itertools import combinations

import pytest
from PySide6.QtGui import QColor, QImage

from fm_desktop.ui.icons import GRIDS, SIZES, app_icon, tray_icon
from fm_desktop.ui.snapshot import Face

PANELS = ["#ffffff", "#f5f5f5", "#dcdad5", "#2b2b2b", "#1e1e1e", "#000000"]


@pytest.fixture(autouse=True)
def _application(qapp):
    """Pictures need one."""


def drawn(face: Face, size: int) -> QImage:
    return tray_icon(face).pixmap(size, size).toImage().convertToFormat(QImage.Format.Format_ARGB32)


def colours(image: QImage) -> list[QColor]:
    return [image.pixelColor(x, y) for y in range(image.height()) for x in range(image.width())]


def luminance(colour: QColor) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def shape(image: QImage) -> list[bool]:
    """Which pixels are of the icon's own colour: what is left of it for somebody who sees none."""
    return [each.alpha() > 128 and luminance(each) < 0.6 for each in colours(image)]


@pytest.mark.parametrize("size", [16, 22, 32])
def test_each_state_has_a_shape_of_its_own(size):
    shapes = {face: shape(drawn(face, size)) for face in Face}
    for one, other in combinations(Face, 2):
        differing = sum(a != b for a, b in zip(shapes[one], shapes[other], strict=True))
        assert differing >= size * size * 0.04, f"{one} and {other} differ in {differing} pixels"


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("face", list(Face))
def test_the_icon_stands_out_on_light_and_dark_panels(face, panel):
    solid = [each for each in colours(drawn(face, 32)) if each.alpha() == 255 and luminance(each) < 0.6]
    assert solid
    assert contrast(solid[0], QColor(panel)) >= 3


@pytest.mark.parametrize("face", list(Face))
@pytest.mark.parametrize(
    "size", [grid * times for grid in GRIDS for times in (1, 2, 3) if grid * times in SIZES] + [24]
)
def test_its_edges_lie_on_whole_pixels(face, size):
    """A soft edge is a row or a column that is half transparent over its whole length."""
    image = drawn(face, size)
    middle = size * 10 // 16
    across = [image.pixelColor(x, middle).alpha() for x in range(size)]
    down = [image.pixelColor(size // 2, y).alpha() for y in range(size)]
    assert across[: size // 6].count(0) + across[: size // 6].count(255) == size // 6
    assert {each for each in down if 0 < each < 255} == set()


@pytest.mark.parametrize("size", SIZES)
def test_each_size_is_drawn_for_itself(size):
    assert drawn(Face.OK, size).size().toTuple() == (size, size)


def test_the_windows_have_an_icon():
    assert not app_icon().isNull()
