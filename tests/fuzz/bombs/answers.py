"""Answers of servers that cost more to read than to send: packed, nested, endless."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2

from fm_desktop.crm.agenda import AGENDA
from fm_desktop.port import PortError
from fm_desktop.providers import autodiscover
from fm_desktop.providers.caldav.provider import CalDavProvider
from fm_desktop.providers.exchange.xml import NotXml
from fm_desktop.providers.exchange.xml import parse as parse_soap
from fm_desktop.providers.graph.provider import GraphProvider
from fm_desktop.settings import SettingsError
from fm_desktop.settings import parse as parse_settings
from fm_desktop.untrusted import json_of
from tests.fuzz.test_fuzz_caldav import CALENDAR, FOUND, multistatus
from tests.fuzz.test_fuzz_crm import agenda_of, client_of
from tests.unit.graph.mailbox import CALENDAR as GRAPH_CALENDAR
from tests.unit.graph.wire import Tokens

MEGABYTE = 1024 * 1024
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
Answering = Callable[[httpx2.Request], httpx2.Response]


def _endless() -> Iterator[bytes]:
    while True:
        yield b" " * MEGABYTE


def _packed(times: int) -> Answering:
    """Two gigabytes of blanks, packed once or twice."""
    content = gzip.compress(b" " * MEGABYTE * 16, 9) * 128
    for _ in range(times - 1):
        content = gzip.compress(content, 9)
    return lambda _: httpx2.Response(
        200, content=iter([content]), headers={"content-encoding": ", ".join(["gzip"] * times)}
    )


ANSWERS: dict[str, Answering] = {
    "endless": lambda _: httpx2.Response(200, content=_endless()),
    "packed": _packed(1),
    "packed twice": _packed(2),
    "of an impossible length": lambda _: httpx2.Response(200, content=_endless(), headers={"content-length": "9" * 30}),
    "deep": lambda _: httpx2.Response(200, content=b"[" * 5_000_000),
    "a deep list": lambda _: httpx2.Response(200, content=b"[" * 900 + b"]" * 900),
    "a number": lambda _: httpx2.Response(200, content=b"[" + b"7" * 1_000_000 + b"]"),
}


def refused(act: Callable[[], Any]) -> None:
    try:
        act()
    except PortError:
        return
    raise AssertionError("a bomb was taken for an answer")


def _mocked(answer: Answering) -> httpx2.Client:
    return httpx2.Client(transport=httpx2.MockTransport(answer))


def bomb_forcemanager() -> None:
    for answer in ANSWERS.values():
        agenda = agenda_of(client_of(answer))
        refused(lambda agenda=agenda: agenda.changes(AGENDA, None, dict))


def bomb_graph() -> None:
    for answer in ANSWERS.values():
        provider = GraphProvider(
            Tokens(), user_zone="UTC", client=_mocked(answer), clock=lambda: NOW, sleep=lambda _: None
        )
        provider.resume('{"id": "me", "addresses": []}')
        refused(lambda provider=provider: provider.changes(GRAPH_CALENDAR, None, dict))


def bomb_caldav() -> None:
    for answer in ANSWERS.values():
        dav = CalDavProvider("https://dav.example/", "emma", "s", user_zone="UTC", client=_mocked(answer))
        dav.resume(FOUND)
        refused(lambda dav=dav: dav.changes(CALENDAR, None, dict))


def bomb_autodiscover() -> None:
    for answer in ANSWERS.values():
        assert autodiscover.ask(_mocked(answer), "https://example.com", "emma@example.com") is None


_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
_XML = {
    "entities in entities": f'<!DOCTYPE x [<!ENTITY l0 "ha">{_LAUGHS}]><x>&l11;</x>'.encode(),
    "a long entity often": b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 100_000 + b'">]><x>' + b"&a;" * 100_000 + b"</x>",
    "a file of this computer": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    "an entity of parameters": b'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:1/x"> %a;]><x/>',
    "elements in elements": b"<x>" * 1_000_000,
    "closed elements in elements": b"<x>" * 100_000 + b"</x>" * 100_000,
    "attributes": b"<x " + b" ".join(b"a%d='1'" % n for n in range(100_000)) + b"/>",
    "names of spaces": b"<x " + b" ".join(b"xmlns:a%d='u%d'" % (n, n) for n in range(20_000)) + b"/>",
}


def bomb_xml_of_caldav() -> None:
    for content in (*_XML.values(), multistatus(_XML["elements in elements"].decode())):
        dav = CalDavProvider(
            "https://d.example/",
            "e",
            "s",
            user_zone="UTC",
            client=_mocked(lambda _, c=content: httpx2.Response(207, content=c)),
        )
        dav.resume(FOUND.replace("dav.example", "d.example"))
        refused(lambda dav=dav: dav.changes(CALENDAR, None, dict))


def bomb_xml_of_exchange() -> None:
    for name, content in _XML.items():
        try:
            root = parse_soap(content)
        except NotXml:
            continue
        assert b"root:" not in b"".join(each.encode() for each in root.itertext()), name


def bomb_json() -> None:
    for content in (
        b"[" * 5_000_000,
        b'{"a":' * 1_000_000,
        b"[" + b"1," * 1_000_000 + b"1]",
        b"7" * 1_000_000,
        b'"' + b"\\ud800" * 500_000 + b'"',
    ):
        try:
            json_of(content)
        except ValueError:
            continue


def bomb_toml() -> None:
    for text in (
        "a = " + "[" * 1_000_000,
        "a = " + "{a=" * 100_000,
        "a = " + "9" * 1_000_000,
        "[" + "a." * 3_000 + "a]",
        "a" + ".a" * 3_000 + " = 1",
    ):
        try:
            parse_settings(text)
        except SettingsError:
            continue
