"""Refusals as Exchange words them: a code for one item in its response message, or a SOAP fault for the whole request.

"Handling EWS errors" and "ResponseCode" in Microsoft's documentation. A fault is sent with HTTP 500.
"""

from __future__ import annotations

from tests.servers.ews.xml import E, Element, etree, t

_S = "http://schemas.xmlsoap.org/soap/envelope/"


class EwsError(Exception):
    """Refuses one item or folder of a request: `ResponseClass="Error"` with this code."""

    def __init__(self, code: str, message: str, **details: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = details


class SoapFault(Exception):
    """Refuses the whole request."""

    def __init__(self, code: str, message: str, line: int | None = None, **values: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.line = line
        self.values = values

    def envelope(self) -> bytes:
        kind = "a:ErrorSchemaValidation" if self.code == "ErrorSchemaValidation" else f"a:{self.code}"
        envelope = etree.Element(f"{{{_S}}}Envelope", nsmap={"s": _S})
        fault = etree.SubElement(etree.SubElement(envelope, f"{{{_S}}}Body"), f"{{{_S}}}Fault")
        code = etree.SubElement(fault, "faultcode", nsmap={"a": T_ERRORS})
        code.text = kind
        string = etree.SubElement(fault, "faultstring")
        string.text = self.message
        detail = etree.SubElement(fault, "detail")
        for name, value in (("ResponseCode", self.code), ("Message", self.message)):
            etree.SubElement(detail, f"{{{E}}}{name}", nsmap={"e": E}).text = value
        if self.line is not None:
            etree.SubElement(detail, f"{{{E}}}Line", nsmap={"e": E}).text = str(self.line)
        if self.values:
            detail.append(message_xml(self.values))
        return bytes(etree.tostring(envelope, xml_declaration=True, encoding="utf-8"))


T_ERRORS = "http://schemas.microsoft.com/exchange/services/2006/types"


def message_xml(values: dict[str, str]) -> Element:
    """`MessageXml` with named values, as in ErrorServerBusy: BackOffMilliseconds."""
    made = t("MessageXml")
    for name, value in values.items():
        made.append(t("Value", value, Name=name))
    return made


class WrongAnswerError(AssertionError):
    """The double was about to send what the schema does not allow: an error of the double, never of the client."""


def not_found() -> EwsError:
    return EwsError(
        "ErrorItemNotFound",
        "The specified object was not found in the store., The process failed to get the correct properties.",
    )


def folder_not_found() -> EwsError:
    return EwsError("ErrorFolderNotFound", "The specified folder could not be found in the store.")


def invalid_id() -> EwsError:
    return EwsError("ErrorInvalidIdMalformed", "Id is malformed.")


def server_busy(back_off_milliseconds: int) -> SoapFault:
    return SoapFault(
        "ErrorServerBusy", "The server cannot service this request right now. Try again later.",
        BackOffMilliseconds=str(back_off_milliseconds),
    )  # fmt: skip


def stale() -> EwsError:
    return EwsError(
        "ErrorIrresolvableConflict",
        "The send or update operation could not be performed because the change key passed in the request does not match "
        "the current change key for the item.",
    )


def check_rights(writable: bool, *, creates: bool = False) -> None:
    """ "ResponseCode": the account lacks the rights for what it asks, or to create the item."""
    if not writable:
        code = "ErrorCreateItemAccessDenied" if creates else "ErrorAccessDenied"
        raise EwsError(code, "Access is denied. Check credentials and try again.")


def no_change_key() -> EwsError:
    return EwsError("ErrorChangeKeyRequiredForWriteOperations", "A change key is required for this operation.")
