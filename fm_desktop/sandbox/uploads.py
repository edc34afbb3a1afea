"""Files whose bytes come by themselves: the two-step upload, its contract in this one place.

A record that names files is created first. The answer holds a locator for each, a signed address that expires, where
the raw bytes are put; no session is needed there, and the upload may be repeated. So the vendor describes it for
documents; that the attachments of messages work the same way, under these names, is inferred.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from fm_desktop.sandbox.clock import Clock
from fm_desktop.sandbox.errors import ApiError
from fm_desktop.sandbox.keys import Keys
from fm_desktop.sandbox.resources import EMAILS, FILES
from fm_desktop.sandbox.store import Row, Store

BASE = "/storage"
LIFETIME = 604_800  # seconds that a locator is good for, as in the vendor's sample
_MEDIA_TYPE = "application/octet-stream"
_OBJECT = re.compile(r"(\d{9,15})(?:\.[a-z0-9]{1,10})?", re.ASCII)
_SUFFIX = re.compile(r"\.[a-z0-9]{1,10}", re.ASCII)


class Uploads:
    """The bytes of one tenant's files, in `folder`. Safe to use from several threads."""

    def __init__(self, folder: Path, keys: Keys, clock: Clock, store: Store) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._secret = keys.private.encode()
        self._clock = clock
        self._store = store

    # --- what the API says -----------------------------------------------------------------------------

    def answer_to_create(self, resource: str, row_id: int, origin: str) -> dict[str, Any]:
        """The body of the answer to a create; `origin` is how the client calls this server."""
        if resource == FILES.name:
            return {"id": str(row_id), "locator": self.locator(self._store.get(resource, row_id), origin)}
        answer: dict[str, Any] = {"id": row_id, "Message": "entity created"}
        if resource == EMAILS.name:
            answer["attachments"] = self.with_locators(self._store.get(resource, row_id), origin)["attachments"]
        return answer

    def with_locators(self, row: Row, origin: str) -> Row:
        """A message whose attachments say where their bytes go, as long as these have not come."""
        files = [
            each if self.has(each["id"]) else {**each, "locator": self.locator(each, origin)}
            for each in row["attachments"]
        ]
        return {**row, "attachments": files}

    def locator(self, file: Row, origin: str) -> str:
        """A new signed address; `file` is known by its `id` and `name`."""
        name = _object_name(file)
        expires = int(self._clock.now().timestamp()) + LIFETIME
        return f"{origin}{BASE}/{name}?{urlencode({'expires': expires, 'signature': self._signature(name, expires)})}"

    # --- the bytes -------------------------------------------------------------------------------------

    def has(self, file_id: int) -> bool:
        return self.path(file_id).exists()

    def path(self, file_id: int) -> Path:
        """Where the bytes of a file are, or will be. Nothing of the file's name is in it."""
        return self._folder / f"{file_id:09d}"

    async def put(self, request: Request) -> Response:
        """Takes the bytes of one file, whole or not at all."""
        refusal = self._refusal(request)
        if refusal is not None:
            async for _ in request.stream():
                pass  # whoever is still sending when the connection is closed would not see the answer
            return refusal
        found = _OBJECT.fullmatch(request.path_params["name"])
        assert found is not None
        path = self.path(int(found[1]))
        part = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        try:
            with part.open("wb") as file:
                async for chunk in request.stream():
                    file.write(chunk)
            part.replace(path)
        except ClientDisconnect:
            return Response(status_code=400)
        finally:
            part.unlink(missing_ok=True)
        return Response()

    def _refusal(self, request: Request) -> Response | None:
        """In the words of the storage service that the vendor's locators point to."""
        name, expires = request.path_params["name"], request.query_params.get("expires", "")
        found = _OBJECT.fullmatch(name)
        if not found or not re.fullmatch("[0-9]{1,15}", expires) or not self._is_signed(name, expires, request):
            return _refused(403, "SignatureDoesNotMatch", "The address is not signed by this service.")
        if int(expires) < self._clock.now().timestamp():
            return _refused(403, "AccessDenied", "Request has expired")
        if request.headers.get("content-type") != _MEDIA_TYPE:
            return _refused(403, "SignatureDoesNotMatch", f"The content type is not {_MEDIA_TYPE}.")
        length = request.headers.get("content-length")
        if length is None:
            return _refused(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        try:
            size = self._store.get(FILES.name, int(found[1]))["size"]
        except ApiError:
            return _refused(404, "NoSuchKey", "There is no such file.")
        if size is not None and int(length) != size:
            return _refused(400, "InvalidRequest", f"The file was announced with {size} bytes, not {length}.")
        return None

    def _is_signed(self, name: str, expires: str, request: Request) -> bool:
        given = request.query_params.get("signature", "").encode()
        return hmac.compare_digest(given, self._signature(name, int(expires)).encode())

    def _signature(self, name: str, expires: int) -> str:
        return hmac.new(self._secret, f"PUT {name} {expires}".encode(), hashlib.sha256).hexdigest()


def _object_name(file: Row) -> str:
    """The padded id with the extension of the file's name, where that is an ordinary one."""
    suffix = _SUFFIX.fullmatch(Path(file["name"]).suffix.lower())
    return f"{int(file['id']):09d}{suffix[0] if suffix else ''}"


def _refused(status: int, code: str, message: str) -> Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Response(text, status, media_type="application/xml")
