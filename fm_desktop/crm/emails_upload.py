"""An attachment's bytes on their way to the place that ForceManager names for them, its locator (CRM API 4.3, 5).

The locator is an address that somebody else chose: it is checked before anything is sent, the session key never goes
there, and redirects are not followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx2

from fm_desktop.crm import answers
from fm_desktop.crm.answers import Call
from fm_desktop.crm.client import CrmClient, Receipt
from fm_desktop.model.message import Attachment
from fm_desktop.net import is_loopback
from fm_desktop.port import Gone, Malformed, PortError, Refused, Throttled, Unreachable

_AGAIN = "Nothing to do: syncing sends it again by itself."
_TELL = "Show this message to an administrator."
_STORAGE_COMPLAINT = re.compile(r"<Code>([^<]{1,80})</Code>(?:\s*<Message>([^<]{1,200})</Message>)?")


def upload(client: CrmClient, locator: str, attachment: Attachment) -> None:
    """Sends the bytes, streamed, in one try; the upload replaces an earlier one, so that it may be repeated.

    Raises `Unreachable` where it may work another time, `Gone` for a locator that is not good any more (reading the
    message gives another one), `Throttled`, `Malformed`, and `Refused` for what will not work with this attachment.
    """
    url = checked_locator(locator, client.url)
    try:
        receipt = client.put_file(url, attachment.size, _measured(attachment))
    except httpx2.HTTPError as error:
        raise _lost(attachment, url, error) from error
    trouble = _complaint(attachment, receipt)
    if trouble is not None:
        raise trouble


def checked_locator(locator: str, crm_url: str) -> str:
    """The address, if files may be sent there. Raises `Refused`.

    In clear only to this computer, and only if the API itself is here: a remote one has no business with local ports.
    """
    try:
        url = httpx2.URL(locator.strip())
    except httpx2.InvalidURL:
        url = httpx2.URL("")
    is_local = url.scheme == "http" and is_loopback(url.host) and crm_url.lower().startswith("http://")
    if not url.host or url.userinfo or not (url.scheme == "https" or is_local):
        raise Refused(
            "ForceManager named a place for an attachment that is no secure web address, so it was not sent.", _TELL
        )
    return str(url)


def _measured(attachment: Attachment) -> Iterator[bytes]:
    """The bytes, held against the size that was announced: what the service was told cannot be changed any more."""
    sent = 0
    try:
        for chunk in attachment.chunks():
            sent += len(chunk)
            if sent > attachment.size:
                break
            yield chunk
    except OSError as error:
        raise Unreachable(f"The attachment “{attachment.name}” could not be read on this computer.", _AGAIN) from error
    if sent != attachment.size:
        raise Refused(f"The attachment “{attachment.name}” is not as long as was told to ForceManager.", _TELL)


def _lost(attachment: Attachment, url: str, error: httpx2.HTTPError) -> PortError:
    trouble = answers.transport_error(Call("PUT", url), error)
    if isinstance(trouble, Unreachable):
        return trouble
    return Unreachable(f"ForceManager did not confirm the attachment “{attachment.name}”.", _AGAIN)


def _complaint(attachment: Attachment, receipt: Receipt) -> PortError | None:
    """What an answer means. The place is a storage service, whose errors are XML with a code and a message."""
    status, name = receipt.status, attachment.name
    found = _STORAGE_COMPLAINT.search(receipt.text)
    code = found[1] if found else ""
    said = (found[2] or code).strip().rstrip(".") if found else f"HTTP {status} without a reason"
    if 200 <= status < 300 and receipt.media_type != "text/html":
        return None
    if status < 400:
        return Malformed(
            f"The place for the attachment “{name}” did not answer as a storage service does, HTTP {status}.",
            "Open a web page to see whether this network asks you to sign in.",
        )
    if status == httpx2.codes.TOO_MANY_REQUESTS:
        return Throttled("ForceManager asks to send fewer attachments for a while.", receipt.retry_after)
    # A slow line is told as the sender's mistake: HTTP 400 with this code.
    if answers.is_trouble(status) or code == "RequestTimeout":
        return Unreachable(f"ForceManager could not store the attachment “{name}”: {said}.", _AGAIN)
    if status in (401, 403, 404, 410) or code == "ExpiredToken":
        return Gone(f"The place for the attachment “{name}” is not open any more: {said}.", _AGAIN)
    return Refused(f"ForceManager did not take the attachment “{name}”: {said}.", _TELL)
