"""What failures of IMAP mean, in the errors of the port (response codes: RFC 9051 section 7.1, RFC 5530)."""

from __future__ import annotations

import imaplib
import re
import ssl
from enum import Enum, auto
from typing import Final

from fm_desktop.port import (
    CollectionGone,
    Gone,
    Malformed,
    OutcomeUnknown,
    PortError,
    Refused,
    SignInNeeded,
    Throttled,
    Unreachable,
)

_BY_ITSELF: Final = "Nothing to do: syncing tries again by itself."
_NO_PORTAL: Final = "Check that no sign-in page of a network stands in between; syncing tries again by itself."
_CODE: Final = re.compile(r"\[([A-Z][A-Z0-9-]*)(?: [^\]]*)?\]")
# What imaplib and IMAPClient put around the words of the server.
_WRAPPING: Final = re.compile(
    r"^(?:command: \w+ => |(?:select|append|search|fetch|list|login) failed: |\w+ command error: (?:NO|BAD) "
    r"|\[?b['\"]|\* BYE )+",
    re.IGNORECASE,
)
_LONGEST_QUOTE: Final = 300
_SLOW_DOWN: Final = re.compile(r"throttl|too many|rate limit|bandwidth|try again later|backoff", re.IGNORECASE)
_PASSING: Final = re.compile(r"temporar|unavailable|try again|not connected|internal error|server error", re.IGNORECASE)
# Exchange says it in a sentence such as “Request is throttled. Suggested Backoff Time: 92415 milliseconds”.
_BACKOFF: Final = re.compile(r"backoff time: ([0-9]{1,8})[0-9]* milliseconds", re.IGNORECASE)


# What imaplib and `Wire` say themselves of a connection, which are no words of the server.
_OUR_WORDS: Final = re.compile(r"socket error|the connection ended|was announced|is too long")
_GARBAGE: Final = re.compile(r"unexpected (tagged )?response: ")


class Purpose(Enum):
    SIGN_IN = auto()
    OPEN = auto()
    READ = auto()
    WRITE = auto()


class CharsetRefused(Malformed):
    """The server cannot search for text of this kind."""


class Faulty(Unreachable):
    """The server failed at a command without saying that it is down: it may be about one message only."""


_SLOW: Final = frozenset({"INUSE", "LIMIT", "OVERQUOTA", "THROTTLED"})
_NO_ENTRY: Final = frozenset({"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED"})
_NOT_ALLOWED: Final = frozenset({"NOPERM", "PRIVACYREQUIRED", "CONTACTADMIN", "CANNOT"})
_NO_FOLDER: Final = frozenset({"NONEXISTENT", "TRYCREATE"})
_TOO_LARGE: Final = frozenset({"OVERQUOTA", "LIMIT", "TOOBIG"})


def said(error: BaseException) -> str:
    """The words of the server inside of an error, for a person; '' where there are none."""
    first = error.args[0] if error.args else ""
    text = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
    wrapping = _WRAPPING.match(text)
    if wrapping:
        text = text[wrapping.end() :].rstrip("'\"]" if wrapping.group()[-1] in "'\"" else "")
    return " ".join(_CODE.sub("", text).split())[:_LONGEST_QUOTE]


def codes(error: BaseException) -> frozenset[str]:
    """The response codes inside of an error."""
    return frozenset(_CODE.findall(str(error)))


def is_garbage(error: Exception) -> bool:
    """imaplib reports an answer that is no IMAP as it reports the end of a connection."""
    return isinstance(error, imaplib.IMAP4.abort) and _GARBAGE.search(str(error)) is not None


def gone(about: str) -> Gone:
    return Gone(f"{_capital(about)} is not there any more.")


def folder_gone(about: str) -> CollectionGone:
    return CollectionGone(
        f"{_capital(about)} is not there any more.", "Choose in the settings which folders take part."
    )


def lost(error: Exception, host: str, purpose: Purpose) -> PortError:
    """What the end of a connection means. A write that was on its way may have been stored."""
    if purpose is Purpose.WRITE:
        return OutcomeUnknown(f"{host} did not answer, so it is not known whether the message was stored.", _BY_ITSELF)
    if isinstance(error, ssl.SSLCertVerificationError):
        return Unreachable(
            f"The certificate of {host} could not be verified, so no password was sent.",
            "If your company uses its own certificates, ask your administrator to install its root certificate.",
        )
    if isinstance(error, ssl.SSLError):
        return Unreachable(f"No encrypted connection to {host} could be made.", _NO_PORTAL)
    if isinstance(error, TimeoutError):
        return Unreachable(f"{host} did not answer in time.", _BY_ITSELF)
    if isinstance(error, imaplib.IMAP4.error):
        if codes(error) & _SLOW or _SLOW_DOWN.search(str(error)):
            return _throttled(error, host)
        ended = f"{host} ended the connection"
        return Unreachable(f"{ended}." if _OUR_WORDS.search(str(error)) else _quoting(ended, error), _BY_ITSELF)
    return Unreachable(f"No connection to {host}.", "Check the internet connection; syncing tries again by itself.")


def refusal(error: Exception, host: str, about: str, purpose: Purpose) -> PortError:
    """What NO and BAD mean. `about` names the thing inside a sentence, such as `the folder “Sent”`."""
    found = codes(error)
    if purpose is Purpose.WRITE and found & _TOO_LARGE:
        return Refused(_quoting(f"{host} has no room for {about}", error), "Make room in the mailbox.")
    # Words count only where there is no code: with one, they may be the name of a folder.
    if found & _SLOW or (not found - {"ALERT"} and _SLOW_DOWN.search(str(error))):
        return _throttled(error, host)
    if "UNAVAILABLE" in found:
        return Unreachable(_quoting(f"{host} has a fault", error), _BY_ITSELF)
    if found & _NO_FOLDER:
        return folder_gone(about)
    if "EXPUNGEISSUED" in found:
        return gone(about)
    if "BADCHARSET" in found:
        return CharsetRefused(f"{host} cannot search for such letters.")
    if found & _NO_ENTRY or (purpose is Purpose.SIGN_IN and not found & _NOT_ALLOWED):
        return _no_entry(error, host, found)
    if found & _NOT_ALLOWED:
        return Refused(
            _quoting(f"{host} does not allow to use {about}", error), "Ask the administrator of the mailbox."
        )
    if " BAD " in str(error):
        return Malformed(_quoting(f"{host} did not understand a question about {about}", error))
    return _down(error, host)


def not_understood(host: str, about: str) -> Malformed:
    return Malformed(
        f"{host} gave an answer about {about} that no mail server gives.",
        _NO_PORTAL,
    )


def _no_entry(error: Exception, host: str, found: frozenset[str]) -> PortError:
    """Servers that name no reason say NO to a wrong password as to a fault of their own: the words decide."""
    if not found & _NO_ENTRY and _PASSING.search(str(error)):
        return _down(error, host)
    return SignInNeeded(
        _quoting(f"{host} did not accept the sign-in", error),
        "Sign in again. Many providers want an app password here instead of the usual one.",
    )


def _throttled(error: Exception, host: str) -> Throttled:
    backoff = _BACKOFF.search(str(error))
    return Throttled(_quoting(f"{host} asks to slow down", error), int(backoff.group(1)) / 1000 if backoff else None)


def _down(error: Exception, host: str) -> Unreachable:
    return Faulty(_quoting(f"{host} has a fault", error), _BY_ITSELF)


def _quoting(sentence: str, error: Exception) -> str:
    """RFC 9051 wants the text of an ALERT shown to the user; the others help an administrator."""
    words = said(error)
    return f"{sentence}: “{words}”" if words else f"{sentence}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
