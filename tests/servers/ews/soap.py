"""Envelopes: a request is read and checked, an answer is checked and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from tests.servers.ews import finding, folders, items, notify, other, sync, zones
from tests.servers.ews.call import Call, State
from tests.servers.ews.errors import EwsError, SoapFault, WrongAnswerError
from tests.servers.ews.xml import NAMES, SOAP, Element, find, local, m, t
from tests.servers.ews.xsd import SchemaError, schema

_OPERATIONS: dict[str, Callable[[Call], list[Element]]] = {
    "GetFolder": folders.get_folder, "FindFolder": folders.find_folder, "CreateFolder": folders.create_folder,
    "DeleteFolder": folders.delete_folder, "SyncFolderHierarchy": folders.sync_folder_hierarchy,
    "GetItem": items.get_item, "CreateItem": items.create_item, "UpdateItem": items.update_item,
    "DeleteItem": items.delete_item, "MoveItem": items.move_item, "CopyItem": items.copy_item, "FindItem": finding.find_item,
    "SyncFolderItems": sync.sync_folder_items, "Subscribe": notify.subscribe, "Unsubscribe": notify.unsubscribe,
    "GetServerTimeZones": other.get_server_time_zones, "ResolveNames": other.resolve_names, "ConvertId": other.convert_id,
    "GetAttachment": other.get_attachment, "CreateAttachment": other.create_attachment,
    "GetUserConfiguration": other.get_user_configuration,
}  # fmt: skip
STREAMING = "GetStreamingEvents"
_VERSION = {
    "MajorVersion": "15", "MinorVersion": "1", "MajorBuildNumber": "2507", "MinorBuildNumber": "6", "Version": "V2017_07_11",
}  # fmt: skip


def read(data: bytes) -> tuple[Element | None, Element]:
    """Header and request of an envelope, unchecked."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        envelope = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise SoapFault("ErrorInvalidRequest", "The request is no XML.") from error
    body = find(envelope, "soap:Body")
    if body is None or not len(body):
        raise SoapFault("ErrorInvalidRequest", "The request is invalid.")
    return find(envelope, "soap:Header"), body[0]


def call(state: State, header: Element | None, request: Element) -> Call:
    """The request, checked against the schema, with what its header says."""
    known = schema()
    if known is not None:
        try:
            for each in (*(header if header is not None else ()), request):
                known.check(each)
        except SchemaError as error:
            raise SoapFault(
                "ErrorSchemaValidation", f"The request failed schema validation: {error}", error.line
            ) from error
    version = None if header is None else find(header, "t:RequestServerVersion")
    context = None if header is None else find(header, "t:TimeZoneContext")
    definition = None if context is None else find(context, "t:TimeZoneDefinition")
    try:
        zone = zones.context_zone(context)
    except EwsError as error:
        raise SoapFault(error.code, error.message) from error
    name = "UTC" if definition is None else definition.get("Id", "UTC")
    return Call(state, request, zone, name, "Exchange2007_SP1" if version is None else version.get("Version", ""))


def answer(made: Call) -> bytes:
    operation = _OPERATIONS.get(local(made.request))
    if operation is None:
        raise SoapFault("ErrorInvalidRequest", f"This double knows no {local(made.request)}.")
    with made.box.changed:
        try:
            messages = operation(made)
        except EwsError as error:
            raise SoapFault(error.code, error.message) from error
    return envelope(local(made.request), messages)


def stream(made: Call) -> Iterator[bytes]:
    return (envelope(STREAMING, [each]) for each in notify.stream(made))


def envelope(operation: str, messages: list[Element]) -> bytes:
    response = m(f"{operation}Response", m("ResponseMessages", *messages))
    version = t("ServerVersionInfo", **_VERSION)
    check(version)
    check(response)
    made = etree.Element(f"{{{SOAP}}}Envelope", nsmap=NAMES)
    etree.SubElement(made, f"{{{SOAP}}}Header").append(version)
    etree.SubElement(made, f"{{{SOAP}}}Body").append(response)
    return bytes(etree.tostring(made, xml_declaration=True, encoding="utf-8"))


def check(element: Element) -> None:
    """Raises WrongAnswerError for an answer that Microsoft's schema does not allow."""
    known = schema()
    try:
        if known is not None:
            known.check(element)
    except SchemaError as error:
        shown = etree.tostring(element, pretty_print=True).decode()
        raise WrongAnswerError(f"{local(element)}: {error}\n{shown[:4000]}") from error


def operation_of(data: bytes) -> str:
    try:
        return local(read(data)[1])
    except SoapFault:
        return ""
