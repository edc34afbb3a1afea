"""Signed and encrypted messages: what can be read without a key is logged, and a note says what cannot."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from fm_desktop.model.message import Content
from fm_desktop.providers.mime import read_content

INNER = (
    b"Content-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\nContent-Type: text/plain\r\n\r\nSigned words\r\n"
    b"--in\r\nContent-Type: application/pdf; name=offer.pdf\r\n\r\n%PDF\r\n--in--\r\n"
)
ENCRYPTED = ("This message is encrypted; only its headers could be logged.",)
PARTLY = ("A part of this message is encrypted and could not be read.",)


@pytest.fixture(scope="module")
def identity():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ana")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=999))
    return builder.sign(key, hashes.SHA256()), key


def read(raw: bytes) -> Content:
    return read_content(BytesIO(raw), complete=True)


def smime(der: bytes, kind: str = "") -> bytes:
    parameter = f"; smime-type={kind}" if kind else ""
    head = (
        f"Content-Type: application/pkcs7-mime{parameter}; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + base64.encodebytes(der)


def signed(identity, data: bytes = INNER) -> bytes:
    certificate, key = identity
    builder = pkcs7.PKCS7SignatureBuilder().set_data(data).add_signer(certificate, key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def enveloped(identity, data: bytes = INNER) -> bytes:
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(data).add_recipient(identity[0])
    return builder.encrypt(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def element(tag: int, *contents: bytes, indefinite: bool = False) -> bytes:
    content = b"".join(contents)
    if indefinite:
        return bytes((tag, 0x80)) + content + b"\0\0"
    length = len(content).to_bytes(4, "big")
    return bytes((tag, 0x84)) + length + content


def in_pieces(data: bytes) -> bytes:
    """Signed data as programs write it that do not know its length in advance."""
    octets = element(0x24, *(element(0x04, data[at : at + 7]) for at in range(0, len(data), 7)), indefinite=True)
    oid = bytes.fromhex("06092a864886f70d0107")
    content = element(0x30, oid + b"\1", element(0xA0, octets, indefinite=True), indefinite=True)
    signed_data = element(0x30, b"\2\1\1", element(0x31, indefinite=True), content, element(0x31), indefinite=True)
    return element(0x30, oid + b"\2", element(0xA0, signed_data, indefinite=True), indefinite=True)


@pytest.mark.parametrize("kind", ["signed-data", ""])
def test_an_opaque_signature_is_opened(identity, kind):
    content = read(smime(signed(identity), kind))
    assert (content.text, content.notes) == ("Signed words", ())
    assert [(each.name, b"".join(each.chunks())) for each in content.attachments] == [("offer.pdf", b"%PDF")]


def test_an_opaque_signature_in_pieces_is_opened():
    assert read(smime(in_pieces(INNER))).text == "Signed words"


@pytest.mark.parametrize("kind", ["enveloped-data", "authEnveloped-data", ""])
def test_what_is_encrypted_is_said(identity, kind):
    assert read(smime(enveloped(identity), kind)) == Content("", (), ENCRYPTED)


def test_what_is_encrypted_within_a_signature_is_said(identity):
    assert read(smime(signed(identity, smime(enveloped(identity))))) == Content("", (), ENCRYPTED)


def test_signatures_within_signatures_end_somewhere(identity):
    raw = INNER
    for _ in range(5):
        raw = smime(in_pieces(raw), "signed-data")
    content = read(raw)
    assert content.notes == ("A signed part of this message could not be opened; it is attached as it is.",)
    assert [each.name for each in content.attachments] == ["smime.p7m"]


def test_a_broken_signature_is_attached_as_it_is(identity):
    content = read(smime(signed(identity)[:60], "signed-data"))
    assert content.notes == ("A signed part of this message could not be opened; it is attached as it is.",)
    assert [each.name for each in content.attachments] == ["smime.p7m"]


def test_every_beginning_of_an_opaque_signature_is_read_without_an_error(identity):
    for whole in (signed(identity), in_pieces(INNER)):
        for size in range(0, len(whole), 5):
            assert read(smime(whole[:size])).text in {"", "Signed words"}


def test_a_signature_too_large_to_be_opened_is_attached_as_it_is(monkeypatch, identity):
    monkeypatch.setattr("fm_desktop.providers.mime.content.LARGEST_SIGNED", 100)
    content = read(smime(signed(identity)))
    assert [each.name for each in content.attachments] == ["smime.p7m"]
    assert content.notes == (
        "This message is signed in one piece that is too large to be opened; it is attached as it is.",
    )


def test_certificates_alone_are_nothing_to_log():
    assert read(smime(b"\x30\x00", "certs-only")) == Content("")


@pytest.mark.parametrize(
    "signature",
    [
        b"Content-Type: application/pkcs7-signature; name=smime.p7s",
        b"Content-Type: application/x-pkcs7-signature; name=smime.p7s",
        b"Content-Type: application/pgp-signature; name=signature.asc",
        b"Content-Type: application/octet-stream; name=smime.p7s",
    ],
)
def test_detached_signatures_are_no_files(signature):
    raw = (
        b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSigned words\r\n--b\r\n"
        + signature
        + b"\r\n\r\nxxx\r\n--b--\r\n"
    )
    assert read(raw) == Content("Signed words")


def test_pgp_mime_is_said_to_be_encrypted():
    body = b"--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--b--"
    raw = b"Content-Type: multipart/encrypted; boundary=b\r\n\r\n" + body
    assert read(raw) == Content("", (), ENCRYPTED)
    outer = (
        b"Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n\r\nFooter of a list\r\n--o\r\n" + raw + b"\r\n--o--"
    )
    assert read(outer) == Content("Footer of a list", (), PARTLY)


def test_inline_pgp_is_left_out():
    block = b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----\r\n"
    assert read(b"\r\n" + block) == Content("", (), ENCRYPTED)
    assert read(b"\r\nBefore\r\n" + block + b"After") == Content("Before\n\nAfter", (), PARTLY)
    assert read(b"\r\nBefore\r\n" + block[:40]) == Content("Before", (), PARTLY)
    assert read(b"\r\n> " + block).notes == ()


def test_text_in_an_inline_signature_is_read():
    raw = (
        b"\r\nBefore\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nSigned\r\n- -----dashes\r\n"
        b"-----BEGIN PGP SIGNATURE-----\r\n\r\niQE\r\n-----END PGP SIGNATURE-----\r\nAfter"
    )
    assert read(raw) == Content("Before\nSigned\n-----dashes\nAfter")
    broken = raw[: raw.index(b"iQE")]
    assert read(broken).text.startswith("Before\n-----BEGIN PGP SIGNED MESSAGE-----")
