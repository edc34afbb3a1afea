"""`$search` on messages ("Use the $search query parameter"): words and `property:value` pairs of KQL."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.servers.graph import bodies
from tests.servers.graph.errors import bad_request
from tests.servers.graph.mail import Message

_TERM = re.compile(r'\s*(?:(?P<op>AND|OR)\b|(?:(?P<name>\w+):)?(?:\\"(?P<phrase>[^"\\]*)\\"|(?P<word>[^\s"\\()]+)))')
Test = Callable[[Message], bool]


def matcher(text: str) -> Test:
    """What `$search=text` finds. The whole stands in double quotes; terms side by side must all be met."""
    if len(text) < 3 or text[0] != '"' or text[-1] != '"':
        raise bad_request(f"Syntax error: character '{text[:1]}' is not valid at position 0 in '{text}'.")
    alternatives: list[list[Test]] = [[]]
    rest = text[1:-1]
    while rest.strip():
        found = _TERM.match(rest)
        if found is None:
            raise bad_request(f"Syntax error in the search text at '{rest}'.")
        rest = rest[found.end() :]
        if found["op"] == "OR":
            alternatives.append([])
        elif not found["op"]:
            alternatives[-1].append(_term(found["name"], found["phrase"] or found["word"] or ""))
    return lambda message: any(tests and all(test(message) for test in tests) for tests in alternatives)


def _term(name: str | None, value: str) -> Test:
    if name is None:
        return lambda message: any(_has(_texts(message, each), value) for each in ("from", "subject", "body"))
    known = name.lower()
    if known not in ("from", "to", "cc", "bcc", "participants", "recipients", "subject", "body", "attachment"):
        raise bad_request(f"The property '{name}' cannot be searched here.")
    return lambda message: _has(_texts(message, known), value)


def _texts(message: Message, name: str) -> list[str]:
    parts = message.parts
    if name == "subject":
        return [parts.subject]
    if name == "body":
        return [bodies.text_of(parts.body)]
    if name == "attachment":
        return [kept.name for kept in message.attachments.values()]
    authors = [parts.author] if parts.author else []
    people = {
        "from": authors, "to": parts.to, "cc": parts.cc, "bcc": parts.bcc,
        "recipients": [*parts.to, *parts.cc, *parts.bcc], "participants": [*authors, *parts.to, *parts.cc, *parts.bcc],
    }  # fmt: skip
    return [text for person in people[name] for text in person]


def _has(texts: list[str], value: str) -> bool:
    """Words are met from their beginning on."""
    wanted = value.rstrip("*").casefold()
    return any(re.search(rf"(?<!\w){re.escape(wanted)}", text.casefold()) for text in texts)
