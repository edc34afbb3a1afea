"""EWS's, HTTP's and the network's failures as errors of the port, each with a sentence and a next step. The only place.

What EWS means is in `ResponseCode` (MS-OXWSCDATA, ResponseCodeType), of one answer or of a SOAP fault.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from typing import Final

import requests

from fm_desktop.net import tls_failure
from fm_desktop.port import (
    CollectionGone,
    Conflict,
    Gone,
    Malformed,
    OutcomeUnknown,
    PortError,
    Refused,
    SignInNeeded,
    Throttled,
    Unreachable,
)
from fm_desktop.providers.exchange.xml import Element, all_at, attribute, text
from fm_desktop.providers.transfer import Purpose, TransientFailure

SERVICE: Final = "The Exchange server"

NOTHING_TO_DO: Final = "Nothing to do: syncing tries again by itself."
CHECKED: Final = "Nothing to do: it is checked by itself before anything else is written."
_NO_PORTAL: Final = "Check that no sign-in page of a network stands in between; syncing tries again by itself."
LEAVE_OUT: Final = "Change it at the provider, or leave it out."
_MICROSOFT_365: Final = "Choose Microsoft 365 in the set-up and sign in with the browser instead."

_GONE: Final = frozenset(
    ("ErrorItemNotFound", "ErrorCalendarOccurrenceIsDeletedFromRecurrence", "ErrorObjectTypeChanged",
     "ErrorInvalidIdMalformed", "ErrorInvalidIdNotAnItemAttachmentId", "ErrorInvalidId")
)  # fmt: skip
_FOLDER_GONE: Final = frozenset(("ErrorFolderNotFound", "ErrorSyncFolderNotFound", "ErrorParentFolderNotFound"))
_EXPIRED: Final = frozenset(("ErrorInvalidSyncStateData",))
_CONFLICT: Final = frozenset(
    ("ErrorIrresolvableConflict", "ErrorChangeKeyRequired", "ErrorChangeKeyRequiredForWriteOperations",
     "ErrorStaleObject", "ErrorInvalidChangeKey")
)  # fmt: skip
_THROTTLED: Final = frozenset(
    ("ErrorServerBusy", "ErrorExceededConnectionCount", "ErrorTooManyObjectsOpened", "ErrorExceededSubscriptionCount")
)
_PASSING: Final = frozenset(
    ("ErrorMailboxStoreUnavailable", "ErrorTimeoutExpired", "ErrorInternalServerTransientError",
     "ErrorInternalServerError", "ErrorConnectionFailed", "ErrorInsufficientResources", "ErrorMailboxFailover",
     "ErrorBatchProcessingStopped", "ErrorContentConversionFailed", "ErrorMailboxMoveInProgress")
)  # fmt: skip
_SIGN_IN: Final = frozenset(("ErrorPasswordExpired", "ErrorPasswordChangeRequired", "ErrorAccountDisabled"))
_NO_MAILBOX: Final = frozenset(("ErrorNonExistentMailbox", "ErrorMissingEmailAddress", "ErrorMailboxConfiguration"))
_REASONS: Final = {
    "ErrorAccessDenied": "you may not change it there",
    "ErrorCreateItemAccessDenied": "you may not add anything there",
    "ErrorQuotaExceeded": "the space for this account at the server is used up",
    "ErrorMessageSizeExceeded": "it is larger than the server allows",
    "ErrorCalendarDurationIsTooLong": "it lasts longer than the server allows",
    "ErrorCalendarEndDateIsEarlierThanStartDate": "it ends before it starts",
    "ErrorOccurrenceCrossingBoundary": "it would pass another date of its series",
    "ErrorOccurrenceTimeSpanTooBig": "it would last longer than to the next date of its series",
    "ErrorSchemaValidation": "the server does not understand it",
    "ErrorInvalidPropertySet": "the server considers its data invalid",
}


_MILLISECONDS: Final = re.compile(r"[0-9]{1,8}")


class Expired(Malformed):
    """The server does not know a sync state any more: everything is listed again."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What EWS says went wrong: its code, and how long it wants to be left alone, in seconds."""

    code: str
    back_off: float | None = None

    @classmethod
    def of(cls, element: Element) -> Failure:
        """From an answer's message, or the detail of a SOAP fault."""
        code = next((text(each).strip() for each in element.iter() if str(each.tag).endswith("}ResponseCode")), "")
        waits = [
            text(each) for each in all_at(element, ".//t:Value") if attribute(each, "Name") == "BackOffMilliseconds"
        ]
        milliseconds = next((int(each) for each in waits if _MILLISECONDS.fullmatch(each.strip())), None)
        return cls(code, None if milliseconds is None else milliseconds / 1000)


def failure_error(failure: Failure, purpose: Purpose, about: str) -> PortError | TransientFailure:
    """What an error of EWS means. `about` names the thing inside a sentence, such as `the calendar`."""
    code = failure.code
    if code in _THROTTLED:
        return Throttled(f"{SERVICE} asks to slow down.", failure.back_off)
    if code in _EXPIRED:
        return Expired(f"{SERVICE} wants {about} to be read from the beginning.")
    if code in _FOLDER_GONE or code in _GONE:
        return _missing(code, purpose, about)
    if code in _CONFLICT:
        return Conflict(f"{_capital(about)} was changed at the Exchange server in the meantime.")
    if code in _SIGN_IN:
        return SignInNeeded(f"{SERVICE} wants your password to be changed first.", "Change it, then sign in again.")
    if code in _NO_MAILBOX:
        return Refused("This account has no mailbox at the Exchange server.", "Ask your administrator.")
    if code == "ErrorInvalidServerVersion":
        return Refused(
            f"{SERVICE} is older than Exchange 2013, which is not supported.", "Ask your administrator for an update."
        )
    if code in _PASSING:
        return fault(purpose, code)
    if purpose is Purpose.READ and code != "ErrorAccessDenied":
        return Malformed(f"{SERVICE} could not answer a question about {about} ({code or 'no code'}).")
    verb = "take" if purpose.writes else "show"
    return Refused(f"{SERVICE} does not {verb} {about}: {_REASONS.get(code, code or 'no reason')}.", LEAVE_OUT)


def status_error(status: int, purpose: Purpose, *, is_online: bool, knew_us: bool) -> PortError | TransientFailure:
    """What an HTTP answer without a message of EWS means."""
    if is_online and status in (401, 403):
        return online_refusal()
    if status == 401 and knew_us:
        # Exchange says so, too, when it has too much to do. Nothing was carried out.
        wait = Throttled(f"{SERVICE} turned the sign-in down that it had accepted before.")
        return wait if purpose.writes else TransientFailure(_not_signed_in())
    if status == 401:
        return _not_signed_in()
    if status in (429, 503):
        return Throttled(f"{SERVICE} asks to slow down.")
    if status == 403:
        return Refused(
            f"{SERVICE} does not let this program in.",
            "Ask your administrator to allow Exchange Web Services (EWS) for your mailbox.",
        )
    if status >= 500:
        return fault(purpose, f"status {status}")
    if (300 <= status < 400 or status == 404) and not purpose.writes:
        return Malformed(
            "At this address is no Exchange server.", "Check the server's address; it ends with /EWS/Exchange.asmx."
        )
    return unusable(purpose, "the request")


def online_refusal() -> PortError:
    """Exchange Online switches EWS off for good (Exchange Team, "Retirement of EWS in Exchange Online")."""
    return Refused(
        "This mailbox is at Microsoft 365, which does not let programs in this way any more.", _MICROSOFT_365
    )


def transport_error(error: requests.RequestException, host: str, purpose: Purpose) -> PortError | TransientFailure:
    """What a failed exchange means."""
    failure = tls_failure(error)
    if isinstance(failure, ssl.SSLCertVerificationError):
        return Unreachable(
            f"The certificate of {host} could not be verified, so no password was sent.",
            "If your company uses its own certificates, ask your administrator to install its root certificate.",
        )
    never_sent = _never_sent(error)
    if purpose.writes and not never_sent:
        return OutcomeUnknown(f"{host} did not answer, so it is not known whether the change was stored.", CHECKED)
    if failure is not None:
        return Unreachable(f"No encrypted connection to {host} could be made.", _NO_PORTAL)
    if never_sent:
        return Unreachable(f"No connection to {host}.", "Check the internet connection; syncing tries again by itself.")
    unreachable = Unreachable(f"{host} did not answer.", NOTHING_TO_DO)
    return unreachable if isinstance(error, requests.exceptions.Timeout) else TransientFailure(unreachable)


def unusable(purpose: Purpose, about: str) -> PortError:
    """An answer that is not what was promised: a network's sign-in page, or a cut one."""
    if purpose.writes:
        return OutcomeUnknown(f"{SERVICE} gave no usable answer about {about}.", CHECKED)
    return Malformed(
        f"{SERVICE} gave no usable answer about {about}.",
        _NO_PORTAL,
    )


def fault(purpose: Purpose, what: str) -> PortError | TransientFailure:
    if purpose.writes:
        return OutcomeUnknown(f"{SERVICE} failed ({what}), so it is not known whether the change was stored.", CHECKED)
    return TransientFailure(Unreachable(f"{SERVICE} has a fault ({what}).", NOTHING_TO_DO))


def _not_signed_in() -> SignInNeeded:
    return SignInNeeded(
        f"{SERVICE} did not accept the user name or the password.",
        "Sign in again. Some servers want the user name in another form, such as COMPANY\\user.",
    )


def _never_sent(error: requests.RequestException) -> bool:
    """Connections that were not made, handshakes among them (`signing`). urllib3 says so inside of what requests
    raises."""
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    reasons = {type(getattr(each, "reason", each)).__name__ for each in error.args}
    return bool(reasons & {"NewConnectionError", "ConnectTimeoutError", "NameResolutionError"})


def _missing(code: str, purpose: Purpose, about: str) -> PortError:
    if purpose in (Purpose.WRITE, Purpose.READ_ITEM) and code in _GONE:
        return Gone(f"{_capital(about)} is not there any more.")
    return CollectionGone(
        f"{_capital(about)} is not there any more.", "Choose in the settings which calendars take part."
    )


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
