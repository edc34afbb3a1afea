"""The folders of a mailbox: the whole tree by delta query, and what they are for by their well-known names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fm_desktop.mailport import Folder, Role
from fm_desktop.model.text import normal_title
from fm_desktop.port import CollectionGone, Malformed
from fm_desktop.providers.graph.raw import Json, text
from fm_desktop.providers.graph.session import DELTA_LINK, Call, GraphSession
from fm_desktop.providers.transfer import Purpose

_ABOUT: Final = "the list of folders"
_DELTA: Final = "me/mailFolders/delta"
# "mailFolder", well-known folder names. What waits to be sent is no more sent than a draft.
_WELL_KNOWN: Final = {
    "inbox": Role.INBOX,
    "sentitems": Role.SENT,
    "archive": Role.ARCHIVE,
    "drafts": Role.DRAFTS,
    "outbox": Role.DRAFTS,
    "junkemail": Role.JUNK,
    "deleteditems": Role.TRASH,
}
_WITH_ALL_BELOW: Final = frozenset({Role.DRAFTS, Role.JUNK, Role.TRASH})
_DEEPEST: Final = 300


class Folders:
    """The tree as it was told last. Asked again, one request tells what changed."""

    def __init__(self, session: GraphSession) -> None:
        self._session = session
        self._roles: dict[str, Role] | None = None
        self._tree: dict[str, Json] = {}
        self._link = ""

    def all(self) -> tuple[Folder, ...]:
        if self._roles is None:
            self._roles = self._well_known()
        try:
            self._follow(self._link or _DELTA)
        except Malformed:
            if not self._link:
                raise
            # A lost state is told in many ways. Asked anew, from the beginning, it shows whether it was that.
            self._tree, self._link = {}, ""
            self._follow(_DELTA)
        return folders_of(self._tree, self._roles)

    def _follow(self, target: str) -> None:
        tree, link = dict(self._tree), ""
        for page in self._session.pages(Call("GET", target, Purpose.READ, _ABOUT)):
            for each in page["value"]:
                if not isinstance(each, dict) or not text(each, "id"):
                    raise Malformed("Microsoft 365 listed something that is no folder.")
                if "@removed" in each:
                    tree.pop(text(each, "id"), None)
                else:
                    tree[text(each, "id")] = {**tree.get(text(each, "id"), {}), **each}
            link = text(page, DELTA_LINK) or link
        self._tree, self._link = tree, link

    def _well_known(self) -> dict[str, Role]:
        roles: dict[str, Role] = {}
        for name, role in _WELL_KNOWN.items():
            call = Call("GET", f"me/mailFolders/{name}", Purpose.READ, _ABOUT, {"$select": "id"})
            try:
                roles[text(self._session.entity(call), "id")] = role
            except CollectionGone:
                # Not every mailbox has an archive.
                continue
        return roles


def folders_of(tree: Mapping[str, Json], roles: Mapping[str, Role]) -> tuple[Folder, ...]:
    """Pure. Hidden ones are Exchange's own, and a search folder shows what is in others."""
    found = []
    for identity, folder in tree.items():
        above = _above(folder, tree)
        chain = [folder, *above]
        if any(each.get("isHidden") is True or "SearchFolder" in text(each, "@odata.type") for each in chain):
            continue
        inherited = (roles.get(text(each, "id")) for each in above)
        role = next((each for each in inherited if each in _WITH_ALL_BELOW), None) or roles.get(identity, Role.OTHER)
        name = "/".join(normal_title(text(each, "displayName")) for each in reversed(chain))
        found.append(Folder(identity, name, role))
    return tuple(found)


def _above(folder: Json, tree: Mapping[str, Json]) -> list[Json]:
    """The folders around it, the nearest first. The root is none of them."""
    around: list[Json] = []
    parent = tree.get(text(folder, "parentFolderId"))
    while parent is not None and len(around) < _DEEPEST:
        around.append(parent)
        parent = tree.get(text(parent, "parentFolderId"))
    return around
