"""The switches of the server: how it behaves where the real service's behaviour is unknown or a tenant's own."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass
class Switches:
    """Changed while the server runs; each takes effect with the next request.

    `rate_limit`          requests a second, None for no limit.
    `retry_after`         seconds named in the Retry-After header of a 429, None for no such header.
    `max_page_size`       the most rows a page holds, whatever the client asks for.
    `overflow`            a text over its limit is refused ("reject") or cut silently ("cut").
    `read_only_enforced`  whether a record marked readOnly refuses changes and deletion.
    `deleted_by_id`       what reading a deleted record by its id gives: the "row", or "missing".
    `token_lifetime`      seconds a session lasts.
    """

    rate_limit: float | None = 4.0
    retry_after: float | None = None
    max_page_size: int = 1000
    overflow: str = "reject"
    read_only_enforced: bool = True
    deleted_by_id: str = "row"
    token_lifetime: float = 3600.0

    def set(self, values: dict[str, Any]) -> None:
        """Sets several by name. Raises `ValueError` for an unknown name or a value that makes no sense."""
        known = {each.name for each in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"there is no switch {name!r}; there are {', '.join(sorted(known))}")
            _check(name, value)
        for name, value in values.items():
            setattr(self, name, value)


_CHOICES = {"overflow": ("reject", "cut"), "deleted_by_id": ("row", "missing"), "read_only_enforced": (True, False)}


def _check(name: str, value: object) -> None:
    if name in _CHOICES:
        if value not in _CHOICES[name]:
            raise ValueError(f"{name} is one of {_CHOICES[name]}, not {value!r}")
        return
    if value is None and name in ("rate_limit", "retry_after"):
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise ValueError(f"{name} is a number above zero, not {value!r}")
