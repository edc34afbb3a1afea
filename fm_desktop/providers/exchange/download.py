"""A message's MIME content out of an answer of EWS as it arrives: memory does not grow with its size."""

from __future__ import annotations

import base64
import binascii
from typing import BinaryIO, Final
from xml.parsers import expat

import requests

from fm_desktop.providers.exchange.errors import Failure, failure_error, transport_error, unusable
from fm_desktop.providers.exchange.operations import get_items, item_id, path
from fm_desktop.providers.exchange.session import Call, EwsSession
from fm_desktop.providers.transfer import Purpose

_CHUNK: Final = 256 * 1024
_LONGEST_CODE: Final = 200


def download(session: EwsSession, identity: str, into: BinaryIO, limit: int | None) -> bool:
    """See `MailSource.download`."""
    call = Call(get_items([item_id(identity)], [path("item:MimeContent")]), Purpose.READ_ITEM, "the message")
    begin = into.tell()

    def attempt() -> bool:
        # What an earlier try brought is of no use.
        into.seek(begin)
        into.truncate()
        return _streamed(session, call, into, limit)

    return session.patiently(call, attempt)


def _streamed(session: EwsSession, call: Call, into: BinaryIO, limit: int | None) -> bool:
    content = _Content(into, limit)
    with session.streamed(call) as answer:
        try:
            for part in answer.iter_content(_CHUNK):
                content.feed(part)
                if content.has_more:
                    return False
            content.finish()
        except (expat.ExpatError, binascii.Error, ValueError) as error:
            raise unusable(call.purpose, call.about) from error
        except requests.RequestException as error:
            raise transport_error(error, session.host, call.purpose) from error
    if content.code != "NoError":
        raise failure_error(Failure(content.code, content.back_off), call.purpose, call.about)
    if not content.is_complete:
        raise unusable(call.purpose, call.about)
    return True


class _Content:
    """Decodes MimeContent while it is read."""

    def __init__(self, into: BinaryIO, limit: int | None) -> None:
        self.has_more = False
        self.is_complete = False
        self.code = ""
        self.back_off: float | None = None
        self._into = into
        self._left = limit
        self._element = ""
        self._rest = ""
        self._value = ""
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, data: bytes) -> None:
        self._parser.Parse(data, False)

    def finish(self) -> None:
        self._parser.Parse(b"", True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._element = name.rpartition(" ")[2]
        self._value = attributes.get("Name", "") if self._element == "Value" else ""

    def _end(self, name: str) -> None:
        if name.endswith(" MimeContent"):
            self._write(base64.b64decode(self._rest, validate=True))
            self._rest = ""
            self.is_complete = True
        self._element = ""

    def _text(self, data: str) -> None:
        if self._element == "MimeContent":
            encoded = self._rest + "".join(data.split())
            whole = len(encoded) - len(encoded) % 4
            self._rest = encoded[whole:]
            self._write(base64.b64decode(encoded[:whole], validate=True))
        elif self._element == "ResponseCode":
            self.code = (self.code + data.strip())[:_LONGEST_CODE]
        elif self._element == "Value" and self._value == "BackOffMilliseconds" and data.strip().isdecimal():
            self.back_off = int(data) / 1000

    def _write(self, data: bytes) -> None:
        kept = data if self._left is None else data[: self._left]
        self._into.write(kept)
        if self._left is not None:
            self._left -= len(kept)
        self.has_more = self.has_more or len(kept) < len(data)

    def _doctype(self, *_: object) -> None:
        raise ValueError("a document type is no part of SOAP")
