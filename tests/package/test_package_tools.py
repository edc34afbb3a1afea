"""What the build decides, without building: icons for systems that are not this one, and which libraries stay."""

from __future__ import annotations

import importlib.util
import sys
from configparser import ConfigParser
from types import ModuleType

import pytest
from PySide6.QtGui import QColor, QImageReader

from fm_desktop.paths import APP
from tests.package.conftest import ROOT

DRAWING = ROOT / "resources/fm-desktop.svg"


def tool(name: str) -> ModuleType:
    """A file of tools/package, which is no Python package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / f"tools/package/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("write", "name", "sizes"),
    [
        ("write_ico", "a.ico", {16, 20, 24, 32, 40, 48, 64, 128, 256}),
        ("write_icns", "a.icns", {128, 256, 512, 1024}),
    ],
)
def test_the_icon_is_drawn_in_every_size_that_a_system_asks_for(tmp_path, write, name, sizes):
    path = getattr(tool("icons"), write)(DRAWING, tmp_path / "build" / name)
    reader = QImageReader(str(path))
    seen = {}
    for number in range(reader.imageCount()):
        assert reader.jumpToImage(number)
        image = reader.read()
        assert image.width() == image.height()
        seen[image.width()] = {QColor(image.pixelColor(x, x)).alpha() for x in (0, image.width() // 2)}
    assert set(seen) == sizes
    assert all(alphas == {0, 255} for alphas in seen.values())


def test_a_library_that_only_a_left_out_plugin_needed_is_left_out_with_its_links():
    contents = tool("contents")
    linked = {
        "/s/qxcb": ["libshared.so"],
        "/s/qgtk3": ["libgtk-3.so", "libshared.so"],
        "/s/ext": ["libdeep.so"],
        "/s/deep": ["libdeeper.so", "libc.so.6"],
    }
    binaries = [
        ("Qt/plugins/platforms/libqxcb.so", "/s/qxcb", "BINARY"),
        ("Qt/plugins/platformthemes/libqgtk3.so", "/s/qgtk3", "BINARY"),
        ("libpython3.11.so.1.0", "/s/python", "BINARY"),
        ("Qt/lib/libshared.so", "/s/shared", "BINARY"),
        ("libgtk-3.so", "/s/gtk", "BINARY"),
        ("libdeep.so", "/s/deep", "BINARY"),
        ("libdeeper.so", "/s/deeper", "BINARY"),
        ("module.so", "/s/ext", "EXTENSION"),
    ]
    kept = contents.reached(contents.wanted(binaries), lambda path: [(name, None) for name in linked.get(path, ())])
    assert [entry[0] for entry in binaries if entry not in kept] == [
        "Qt/plugins/platformthemes/libqgtk3.so",
        "libgtk-3.so",
    ]
    links = [("libshared.so", "Qt/lib/libshared.so", "SYMLINK"), ("libgtk.so", "libgtk-3.so", "SYMLINK")]
    assert contents.leading_somewhere(links, kept) == links[:1]


def test_the_tools_of_the_tests_are_foreign_to_the_program_and_its_libraries_are_not():
    foreign = tool("contents").foreign_modules(ROOT / "requirements/app.txt")
    assert {"pytest", "mypy", "hypothesis", "radicale", "starlette", "PyInstaller"} <= set(foreign)
    assert not {"fm_desktop", "caldav", "exchangelib", "PySide6", "jeepney", "yaml"} & set(foreign)
    assert not set(foreign) & set(sys.stdlib_module_names)


def test_the_entry_of_the_menu_is_that_of_the_application():
    """Its name is what windows and notifications give as theirs; its icon and its program are installed by that name."""
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read(ROOT / f"resources/{APP}.desktop", encoding="utf-8")
    entry = parser["Desktop Entry"]
    assert (entry["Type"], entry["Exec"], entry["Icon"], entry["Terminal"]) == ("Application", APP, APP, "false")
    assert entry["Comment[es]"] != entry["Comment"]
    assert (ROOT / f"resources/{entry['Icon']}.svg").exists()
