"""What a CalDAV server refuses as errors of the port, each with a sentence and a next step. The only place."""

from __future__ import annotations

import httpx2

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
from fm_desktop.providers.caldav.xml import preconditions
from fm_desktop.providers.transfer import Answer, Purpose, TransientFailure, retry_after

_CONDITIONS = {
    "need-privileges": "you may not change it there",
    "max-resource-size": "it is larger than the server allows",
    "supported-calendar-component": "this calendar does not take items of this kind",
    "supported-calendar-data": "the server does not take this form of calendar data",
    "valid-calendar-data": "the server considers its data invalid",
    "valid-calendar-object-resource": "the server considers its data invalid",
    "max-attendees-per-instance": "it has more participants than the server allows",
    "max-instances": "it repeats more often than the server allows",
    "min-date-time": "it is earlier than the server allows",
    "max-date-time": "it is later than the server allows",
    "quota-not-exceeded": "the space for this account at the server is used up",
    "sufficient-disk-space": "the server has no space left",
    "organizer-allowed": "the server does not allow this organiser",
    "allowed-organizer-scheduling-object-change": "the server does not allow this change to a meeting",
    "allowed-attendee-scheduling-object-change": "the server does not allow a participant to change this",
}
# Google's calendar limits arrive as 403 with one of these reasons in the body.
_LIMIT_REASONS = (
    b"rateLimitExceeded",
    b"userRateLimitExceeded",
    b"quotaExceeded",
    b"dailyLimitExceeded",
    b"calendarUsageLimitsExceeded",
)


def status_error(answer: Answer, host: str, purpose: Purpose, about: str) -> PortError | TransientFailure:
    """What an answer other than success means. `about` names the thing inside a sentence, such as `the calendar`."""
    status = answer.status
    named = preconditions(answer.body)
    if status == 401:
        return SignInNeeded(
            f"{host} did not accept the user name or the password.",
            "Sign in again. Many providers want an app password here instead of the usual one.",
        )
    if status == 429 or (status == 503 and "retry-after" in answer.headers) or _is_limit(answer):
        return Throttled(f"{host} asks to slow down.", retry_after(answer.headers.get("retry-after")))
    if status in (404, 410):
        return _missing(purpose, about)
    if status == 412 or "no-uid-conflict" in named or (status == 409 and purpose.writes and not named):
        return Conflict(f"{_capital(about)} was changed at {host} in the meantime, or is there already.")
    if status == 423:  # RFC 4918 section 11.3: not carried out; Xandikos says so to a second write at once
        return TransientFailure(Throttled(f"{_capital(about)} is locked at {host} by another program."))
    if 300 <= status < 400:
        # Where a network sends everything on to its sign-in page, the server may have been asked before.
        return page_instead(host, purpose) if purpose.writes else _astray(answer, host)
    if status in (501, 505, 507) or status < 500:
        return _refusal(answer, host, purpose, about, named)
    return _server_fault(answer, host, purpose)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _is_limit(answer: Answer) -> bool:
    return answer.status == 403 and any(reason in answer.body for reason in _LIMIT_REASONS)


def _missing(purpose: Purpose, about: str) -> PortError:
    if purpose in (Purpose.WRITE, Purpose.READ_ITEM):
        return Gone(f"{_capital(about)} is not there any more.")
    return CollectionGone(
        f"{_capital(about)} is not there any more.", "Choose in the settings which calendars take part."
    )


def _astray(answer: Answer, host: str) -> PortError:
    try:
        target = httpx2.URL(answer.headers.get("location", "")).host
    except httpx2.InvalidURL:
        target = ""
    return Malformed(
        f"{host} sends on to another address ({target or 'unknown'}), "
        "which is not followed so that the password is not given away.",
        "Check the server's address, and that no sign-in page of a network stands in between.",
    )


def _refusal(answer: Answer, host: str, purpose: Purpose, about: str, named: frozenset[str]) -> PortError:
    status = answer.status
    reason = next((text for name, text in _CONDITIONS.items() if name in named), "")
    if not reason:
        reason = {413: _CONDITIONS["max-resource-size"], 507: _CONDITIONS["quota-not-exceeded"]}.get(status, "")
    if purpose is Purpose.READ and status != 403:
        return Malformed(f"{host} could not answer a question about {about} (status {status}).")
    if not reason:
        reason = "you have no permission for it there" if status == 403 else f"status {status}"
    verb = "take" if purpose.writes else "show"
    return Refused(f"{host} does not {verb} {about}: {reason}.", "Change it at the provider, or leave it out.")


def _server_fault(answer: Answer, host: str, purpose: Purpose) -> PortError | TransientFailure:
    if purpose.writes:
        return OutcomeUnknown(
            f"{host} failed (status {answer.status}), so it is not known whether the change was stored.",
            "Nothing to do: it is checked by itself before anything else is written.",
        )
    return TransientFailure(
        Unreachable(f"{host} has a fault (status {answer.status}).", "Nothing to do: syncing tries again by itself.")
    )


def page_instead(host: str, purpose: Purpose) -> PortError:
    """A web page where calendar data was due: a network's sign-in page, or a wrong address."""
    message = f"Instead of {host}, a web page answered."
    step = "Check that no sign-in page of a network stands in between, and the server's address."
    return OutcomeUnknown(message, step) if purpose.writes else Malformed(message, step)


def unusable(purpose: Purpose, message: str) -> PortError:
    """An answer came that nothing is taken from. A write may have been stored for all that."""
    if purpose.writes:
        return OutcomeUnknown(message, "Nothing to do: it is checked by itself before anything else is written.")
    return Malformed(
        message, "Check that no sign-in page of a network stands in between; syncing tries again by itself."
    )
