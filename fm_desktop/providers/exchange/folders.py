"""The folders of a mailbox: read in pages, then told apart by what they hold. Renamed, a folder keeps its id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from fm_desktop.mailport import Folder, Role
from fm_desktop.model.items import Kind
from fm_desktop.model.text import normal_title
from fm_desktop.port import Collection, CollectionGone, Malformed
from fm_desktop.providers.exchange.errors import SERVICE, Failure, failure_error
from fm_desktop.providers.exchange.operations import AttributeHidden, find_folders, get_folders, path, property_path
from fm_desktop.providers.exchange.session import Call, EwsSession, failed
from fm_desktop.providers.exchange.xml import Element, all_at, at, attribute, children, text
from fm_desktop.providers.transfer import Purpose, TransientFailure

_ABOUT: Final = "the list of folders"
_PAGE: Final = 500
_MAX_PAGES: Final = 40
_DEEPEST: Final = 300
# DistinguishedFolderIdNameType. What waits to be sent is no more sent than a draft.
_WELL_KNOWN: Final[dict[str, Role | None]] = {
    "calendar": None,
    "tasks": None,
    "inbox": Role.INBOX,
    "sentitems": Role.SENT,
    "drafts": Role.DRAFTS,
    "outbox": Role.DRAFTS,
    "junkemail": Role.JUNK,
    "deleteditems": Role.TRASH,
}
_CALENDARS, _TASKS, _MAIL = "IPF.Appointment", "IPF.Task", "IPF.Note"
_NONE_OF_OURS: Final = frozenset(("SearchFolder", "ContactsFolder"))
_WITH_ALL_BELOW: Final = frozenset({Role.DRAFTS, Role.JUNK, Role.TRASH})


@dataclass(frozen=True, slots=True)
class Found:
    """One folder. `known` is its distinguished name, '' where it has none."""

    id: str
    parent: str
    name: str
    kind: str
    writable: bool
    hidden: bool
    known: str = ""

    def holds(self, kind: str) -> bool:
        return self.kind == kind or self.kind.startswith(f"{kind}.")


def all_folders(session: EwsSession) -> tuple[Found, ...]:
    """Two requests for most mailboxes. Raises the errors of the port."""
    known = _well_known(session)
    return tuple(_found(each, known) for each in _listed(session))


def calendars_of(folders: Sequence[Found]) -> tuple[Collection, ...]:
    """Calendars, the default one first, then task folders; what is in the bin is left out."""
    trash = {each.id for each in folders if each.known == "deleteditems"}
    parents = {each.id: each.parent for each in folders}
    usable = [each for each in folders if not each.hidden and not trash & _above(each.id, parents)]
    found = [
        Collection(
            id=f"{_TASK_PREFIX if kind is Kind.TASK else ''}{each.id}",
            name=normal_title(each.name),
            writable=each.writable,
            kinds=frozenset({kind}),
            is_default=each.known == known,
        )
        for name, kind, known in ((_CALENDARS, Kind.EVENT, "calendar"), (_TASKS, Kind.TASK, "tasks"))
        for each in usable
        if each.holds(name)
    ]
    return tuple(sorted(found, key=lambda each: (Kind.TASK in each.kinds, not each.is_default)))


_TASK_PREFIX: Final = "tasks/"


def holds_tasks(collection: str) -> bool:
    return collection.startswith(_TASK_PREFIX)


def folder_of(collection: str) -> str:
    return collection.removeprefix(_TASK_PREFIX)


def mail_folders_of(folders: Sequence[Found]) -> tuple[Folder, ...]:
    parents = {each.id: each.parent for each in folders}
    by_id = {each.id: each for each in folders}
    roles: dict[str, Role] = {}
    for each in folders:
        role = _WELL_KNOWN.get(each.known)
        if role is not None:
            roles[each.id] = role
    found = []
    for each in folders:
        if not each.holds(_MAIL) and each.id not in roles:
            continue
        above = _above(each.id, parents)
        if any(by_id[identity].hidden for identity in above if identity in by_id):
            continue
        covered = (roles[identity] for identity in above if identity in roles and roles[identity] in _WITH_ALL_BELOW)
        names = [by_id[identity].name for identity in _chain(each.id, parents) if identity in by_id]
        own = next(covered, None) or roles.get(each.id, Role.OTHER)
        found.append(Folder(each.id, "/".join(normal_title(name) for name in reversed(names)), own))
    return tuple(found)


def _well_known(session: EwsSession) -> dict[str, str]:
    """Names by folder ids. Not every mailbox has all of them."""
    call = Call(get_folders(_WELL_KNOWN), Purpose.READ, _ABOUT)
    messages = session.messages(call)
    if len(messages) != len(_WELL_KNOWN):
        raise Malformed(f"{SERVICE} gave no usable answer about {_ABOUT}.")
    known: dict[str, str] = {}
    for name, message in zip(_WELL_KNOWN, messages, strict=True):
        if not failed(message):
            known[attribute(at(message, "m:Folders/*/t:FolderId"), "Id")] = name
            continue
        error = failure_error(Failure.of(message), call.purpose, call.about)
        if not isinstance(error, CollectionGone):
            raise error.final if isinstance(error, TransientFailure) else error
    return known


def _listed(session: EwsSession) -> Iterator[Element]:
    fields = [
        *(path(f"folder:{name}") for name in ("ParentFolderId", "FolderClass", "DisplayName", "EffectiveRights")),
        property_path(AttributeHidden),
    ]
    offset = 0
    for _ in range(_MAX_PAGES):
        message = session.one(Call(find_folders(offset, _PAGE, fields), Purpose.READ, _ABOUT))
        root = at(message, "m:RootFolder")
        yield from children(at(root, "t:Folders"))
        following = attribute(root, "IndexedPagingOffset")
        if root is None or (attribute(root, "IncludesLastItemInRange") != "true" and not following.isdecimal()):
            break
        if attribute(root, "IncludesLastItemInRange") == "true":
            return
        offset = int(following)
    raise Malformed(f"{SERVICE} does not come to the end of {_ABOUT}.")


def _found(folder: Element, known: dict[str, str]) -> Found:
    identity = attribute(at(folder, "t:FolderId"), "Id")
    if not identity:
        raise Malformed(f"{SERVICE} listed something that is no folder.")
    hidden = any(text(each, "t:Value").lower() == "true" for each in all_at(folder, "t:ExtendedProperty"))
    tag = str(folder.tag).rpartition("}")[2]
    return Found(
        id=identity,
        parent=attribute(at(folder, "t:ParentFolderId"), "Id"),
        name=text(folder, "t:DisplayName"),
        kind=text(folder, "t:FolderClass"),
        writable=all(text(folder, f"t:EffectiveRights/t:{each}") != "false" for each in ("CreateContents", "Modify")),
        hidden=hidden or tag in _NONE_OF_OURS,
        known=known.get(identity, ""),
    )


def _chain(identity: str, parents: dict[str, str]) -> list[str]:
    """A folder and those around it, itself first."""
    chain = [identity]
    while (parent := parents.get(chain[-1], "")) and len(chain) < _DEEPEST:
        chain.append(parent)
    return chain


def _above(identity: str, parents: dict[str, str]) -> set[str]:
    return set(_chain(identity, parents))
