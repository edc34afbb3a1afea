"""An event's UID as Exchange keeps it: in PidLidCleanGlobalObjectId, which can be searched where the UID cannot."""

from __future__ import annotations

import base64
import re
from typing import Final

# The first 16 bytes of every global object id (MS-OXOCAL 2.2.1.27), and what a UID of another program is wrapped in
# (MS-OXCICAL 2.1.3.1.1.20.26).
_CLASS: Final = bytes.fromhex("040000008200e00074c5b7101a82e008")
_FOREIGN: Final = b"vCal-Uid\x01\x00\x00\x00"
_DATE: Final = slice(16, 20)
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+")


def clean_global_object_id(uid: str) -> str:
    """The property's value of an event with this UID, in base64 as a restriction wants it. Without the date of an
    occurrence it is the same for a whole series."""
    if _HEX.fullmatch(uid) and bytes.fromhex(uid).startswith(_CLASS):
        value = bytearray(bytes.fromhex(uid))
        value[_DATE] = bytes(4)
        return base64.b64encode(bytes(value)).decode("ascii")
    data = _FOREIGN + uid.encode() + b"\x00"
    value = bytearray(_CLASS + bytes(4) + bytes(8) + bytes(8) + len(data).to_bytes(4, "little") + data)
    return base64.b64encode(bytes(value)).decode("ascii")
