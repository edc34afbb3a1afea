"""POX Autodiscover ("POX Autodiscover web service reference for Exchange"): where EWS of an address is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from tests.servers.ews import EwsServer

_RESPONSE = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
_OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
_REQUEST = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"


def answer(data: bytes, owner: EwsServer) -> bytes:
    asked = etree.fromstring(data, etree.XMLParser(resolve_entities=False)).findtext(
        f".//{{{_REQUEST}}}EMailAddress", ""
    )
    document = etree.Element(f"{{{_RESPONSE}}}Autodiscover", nsmap={None: _RESPONSE})
    if asked.lower() != owner.address.lower():
        response = etree.SubElement(document, f"{{{_RESPONSE}}}Response")
        error = etree.SubElement(response, f"{{{_RESPONSE}}}Error", Time="10:00:00.0000000", Id="1")
        _put(error, _RESPONSE, ErrorCode="500", Message="The email address can't be found.")
        return bytes(etree.tostring(document, xml_declaration=True, encoding="utf-8"))
    response = etree.SubElement(document, f"{{{_OUTLOOK}}}Response", nsmap={None: _OUTLOOK})
    _put(
        etree.SubElement(response, f"{{{_OUTLOOK}}}User"), _OUTLOOK,
        DisplayName=owner.name, AutoDiscoverSMTPAddress=owner.address, LegacyDN="/o=ACME/cn=emma",
    )  # fmt: skip
    account = etree.SubElement(response, f"{{{_OUTLOOK}}}Account")
    _put(account, _OUTLOOK, AccountType="email", Action="settings")
    for kind in ("EXCH", "EXPR"):
        protocol = etree.SubElement(account, f"{{{_OUTLOOK}}}Protocol")
        _put(
            protocol,
            _OUTLOOK,
            Type=kind,
            ServerVersion="73C189CB",
            ASUrl=owner.url,
            EwsUrl=owner.url,
            AuthPackage="Basic",
        )
    return bytes(etree.tostring(document, xml_declaration=True, encoding="utf-8"))


def _put(parent: etree._Element, namespace: str, **values: str) -> None:
    for name, value in values.items():
        etree.SubElement(parent, f"{{{namespace}}}{name}").text = value
