"""Graph's and HTTP's failures as errors of the port, each with a sentence and a next step. The only place.

What Graph means is in `error.code` ("Microsoft Graph error responses", and the codes of Exchange behind it).
"""

from __future__ import annotations

from typing import Final

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
from fm_desktop.providers.transfer import Answer, Purpose, TransientFailure, retry_after
from fm_desktop.untrusted import json_of

SERVICE: Final = "Microsoft 365"

_NOTHING_TO_DO: Final = "Nothing to do: syncing tries again by itself."
_CHECKED: Final = "Nothing to do: it is checked by itself before anything else is written."
_LEAVE_OUT: Final = "Change it at the provider, or leave it out."

_GONE: Final = frozenset(
    ("erroritemnotfound", "itemnotfound", "resourcenotfound", "errorfoldernotfound", "errornonexistentmailbox",
     "errorinvalididmalformed", "errorinvalidmailboxitemid", "errorcannotopenfileattachment", "notfound")
)  # fmt: skip
_EXPIRED: Final = frozenset(
    ("syncstatenotfound", "syncstateinvalid", "resyncrequired", "resyncchangesapplydifferences")
)
_CONFLICT: Final = frozenset(
    ("errorirresolvableconflict", "errorchangekeyrequiredforwriteoperations", "errorstaleobject", "preconditionfailed",
     "errorduplicatetransactionid", "conflict")
)  # fmt: skip
_SIGN_IN: Final = frozenset(("invalidauthenticationtoken", "authentication_requestfromunsupporteduserrole"))
_NO_MAILBOX: Final = frozenset(
    ("mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi", "mailboxnothostedinexchangeonline")
)
_THROTTLED: Final = frozenset(
    ("toomanyrequests", "applicationthrottled", "errorserverbusy", "mailboxconcurrency", "errortoomanyobjectsopened")
)
_REASONS: Final = {
    "erroraccessdenied": "you may not change it there",
    "accessdenied": "you may not change it there",
    "errorquotaexceeded": "the space for this account at the service is used up",
    "errormessagesizeexceeded": "it is larger than the service allows",
    "errorcalendarmeetingrequestisoutofdate": "there is a newer version of the invitation",
    "erroroccurrencecrossingboundary": "it would pass another date of its series",
    "erroroccurrencetimespantoobig": "it would last longer than to the next date of its series",
    "errorcalendardurationistoolong": "it lasts longer than the service allows",
    "errorinvalidrequest": "the service does not understand it",
    "errorpropertyvalidationfailure": "the service considers its data invalid",
}


def status_error(answer: Answer, purpose: Purpose, about: str) -> PortError | TransientFailure:
    """What an answer other than success means. `about` names the thing inside a sentence, such as `the calendar`."""
    status, code = answer.status, code_of(answer)
    if status == 401 or code in _SIGN_IN:
        return SignInNeeded(f"{SERVICE} did not accept the sign-in.", "Sign in again.")
    if code in _NO_MAILBOX:
        return Refused(
            f"This account has no mailbox at {SERVICE}.",
            "If your company runs its own Exchange server, choose Microsoft Exchange instead; "
            "else ask your administrator.",
        )
    if status == 429 or code in _THROTTLED or (status == 503 and "retry-after" in answer.headers):
        return Throttled(f"{SERVICE} asks to slow down.", retry_after(answer.headers.get("retry-after")))
    if code in _EXPIRED or (status == 410 and purpose is Purpose.READ):
        return Malformed(f"{SERVICE} wants {about} to be read from the beginning.")
    if status in (404, 410) or code in _GONE:
        return _missing(purpose, about)
    if status in (409, 412) or code in _CONFLICT:
        return Conflict(f"{_capital(about)} was changed at {SERVICE} in the meantime, or is there already.")
    if status == 423:
        return TransientFailure(Throttled(f"{_capital(about)} is locked at {SERVICE} by another program."))
    if 300 <= status < 400 and purpose.writes:
        return unusable(purpose, about)
    if 300 <= status < 400:
        return Malformed(f"{SERVICE} sends on to another address, which is not followed.", _NOTHING_TO_DO)
    if status in (501, 507) or status < 500:
        return _refusal(status, code, purpose, about)
    return _fault(status, purpose)


def code_of(answer: Answer) -> str:
    """The error's code in lower case, '' for an answer without one."""
    try:
        code = json_of(answer.body)["error"]["code"]
    except (ValueError, KeyError, TypeError):
        return ""
    return code.lower() if isinstance(code, str) else ""


def unusable(purpose: Purpose, about: str) -> PortError:
    """A success whose answer is not what was promised: a network's sign-in page, or a cut one."""
    if purpose.writes:
        return OutcomeUnknown(f"{SERVICE} gave no usable answer about {about}.", _CHECKED)
    return Malformed(
        f"{SERVICE} gave no usable answer about {about}.",
        "Check that no sign-in page of a network stands in between; syncing tries again by itself.",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _missing(purpose: Purpose, about: str) -> PortError:
    if purpose in (Purpose.WRITE, Purpose.READ_ITEM):
        return Gone(f"{_capital(about)} is not there any more.")
    return CollectionGone(
        f"{_capital(about)} is not there any more.", "Choose in the settings which calendars take part."
    )


def _refusal(status: int, code: str, purpose: Purpose, about: str) -> PortError:
    reason = _REASONS.get(code, "")
    if purpose is Purpose.READ and status != 403:
        return Malformed(f"{SERVICE} could not answer a question about {about} (status {status}).")
    if not reason:
        reason = _REASONS["erroraccessdenied"] if status == 403 else f"status {status}"
    if status == 403 and code not in _REASONS:
        return Refused(
            f"{SERVICE} does not allow it: {about}.",
            "Sign in again and accept all permissions that are asked for; some companies want their administrator to.",
        )
    verb = "take" if purpose.writes else "show"
    return Refused(f"{SERVICE} does not {verb} {about}: {reason}.", _LEAVE_OUT)


def _fault(status: int, purpose: Purpose) -> PortError | TransientFailure:
    if purpose.writes:
        return OutcomeUnknown(
            f"{SERVICE} failed (status {status}), so it is not known whether the change was stored.", _CHECKED
        )
    return TransientFailure(Unreachable(f"{SERVICE} has a fault (status {status}).", _NOTHING_TO_DO))
