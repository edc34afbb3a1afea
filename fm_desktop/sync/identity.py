"""Identities that are the same on every computer, before and after any loss of our state.

They are what makes an unknown outcome answerable and a reinstall harmless (design 4, "Execute").
The form carries a version, so that a later one can read this one: changing it in place would double
everything (prior art: OpenUpgrade #3256).
"""

from __future__ import annotations

import base64
import hashlib
import uuid

_NAMESPACE = uuid.UUID("6f1f8c0e-52a5-5d7e-9a53-0d8c1e7b4a21")
EXT_PREFIX = "fmd1-"
RELEASED_PREFIX = "fmd0-"


def uid_for(tenant: str, crm_id: str) -> str:
    """The iCalendar UID, at the provider, of an item that was born in the CRM."""
    return str(uuid.uuid5(_NAMESPACE, f"{tenant}/calendar/{crm_id}"))


def ext_id_for(user: str, uid: str, original_start: str = "") -> str:
    """The `extId`, at the CRM, of a provider's item: of one user, since each colleague has an own row.

    `original_start` is `when_to_text` of an occurrence's original start, '' for a single item.
    """
    digest = hashlib.sha256("\x1f".join((user, uid, original_start)).encode()).digest()[:20]
    return EXT_PREFIX + base64.b32encode(digest).decode().lower()


def is_our_ext_id(ext_id: str) -> bool:
    return ext_id.startswith(EXT_PREFIX)


def released(ext_id: str) -> str:
    """The `extId` a row gets before its copy, or it as the copy, is taken away by the user's choice: to every
    other computer of the user that is no deletion, and the other side's item stays."""
    return RELEASED_PREFIX + ext_id.removeprefix(EXT_PREFIX)


def is_released(ext_id: str) -> bool:
    return ext_id.startswith(RELEASED_PREFIX)


def before_release(ext_id: str) -> str:
    """The identity of the link that a released row belonged to."""
    return EXT_PREFIX + ext_id.removeprefix(RELEASED_PREFIX)
