"""What Windows shows of the program under Properties, Details."""

from __future__ import annotations

from PyInstaller.utils.win32.versioninfo import (
    FixedFileInfo,
    StringFileInfo,
    StringStruct,
    StringTable,
    VarFileInfo,
    VarStruct,
    VSVersionInfo,
)

# American English, in Unicode: as the name of a table, and as two numbers.
_TABLE, _LANGUAGE = "040904B0", [0x0409, 1200]


def version_of(version: str) -> VSVersionInfo:
    """`version` is of whole numbers, such as 1.2.3; Windows counts four of them."""
    numbers = tuple([*map(int, version.split(".")), 0, 0, 0][:4])
    texts = {
        "FileDescription": "FM Desktop",
        "FileVersion": version,
        "InternalName": "fm-desktop",
        "OriginalFilename": "fm-desktop.exe",
        "ProductName": "FM Desktop",
        "ProductVersion": version,
    }
    return VSVersionInfo(
        ffi=FixedFileInfo(filevers=numbers, prodvers=numbers),
        kids=[
            StringFileInfo([StringTable(_TABLE, [StringStruct(name, text) for name, text in texts.items()])]),
            VarFileInfo([VarStruct("Translation", _LANGUAGE)]),
        ],
    )
