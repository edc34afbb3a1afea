"""The search for secrets finds those that are planted, in every spelling: or what it does not find would mean nothing."""

import base64
import gzip
import io
import json
import re
import sqlite3
import zipfile
import zlib
from urllib.parse import quote, urlencode

import pytest

from tests.security.leaks import Search

SECRET = "Zw9\"q\\ü%41<&k'x +7/Vt2r"
PLANTED = {
    "plain": SECRET.encode(),
    "within a line": f"2026-11-26 INFO signed in with {SECRET}\n".encode(),
    "its beginning": f"Bearer {SECRET[:20]}…".encode(),
    "its end": SECRET[-19:].encode(),
    "in an address": f"https://example.com/?token={quote(SECRET, safe='')}".encode(),
    "in an address, with small letters": re.sub("%..", lambda each: each[0].lower(), quote(SECRET, safe="")).encode(),
    "in a form": urlencode({"password": SECRET}).encode(),
    "in an address of an address": quote(quote(SECRET, safe=""), safe="").encode(),
    "in JSON": json.dumps({"password": SECRET}).encode(),
    "in JSON with letters as they are": json.dumps({"password": SECRET}, ensure_ascii=False).encode(),
    "in JSON in JSON": json.dumps({"body": json.dumps({"password": SECRET})}).encode(),
    "shown by Python": repr({"password": SECRET}).encode(),
    "shown by Python as bytes": repr({"password": SECRET.encode()}).encode(),
    "in HTML": b"<td>Zw9&quot;q\\\xc3\xbc%41&lt;&amp;k&#x27;x +7/Vt2r</td>",
    "in hexadecimal": SECRET.encode().hex().encode(),
    "in UTF-16": f"password={SECRET}".encode("utf-16"),
    "in base64": base64.b64encode(SECRET.encode()),
    "in a header of HTTP": b"Authorization: Basic " + base64.b64encode(f"emma:{SECRET}".encode()),
    "in a header of HTTP, shifted by one": base64.b64encode(f"emma@:{SECRET}".encode()),
    "in a header of HTTP, shifted by two": base64.b64encode(f"emma@x:{SECRET}".encode()),
    "in SASL PLAIN": base64.b64encode(f"\0emma\0{SECRET}".encode()),
    "in XOAUTH2": base64.b64encode(f"user=emma@example.com\1auth=Bearer {SECRET}\1\1".encode()),
    "in base64 for addresses": base64.urlsafe_b64encode(f"emma:{SECRET}".encode()).rstrip(b"="),
    "in gzip": gzip.compress(f"log {SECRET}".encode()),
    "in zlib": zlib.compress(f"log {SECRET}".encode()),
}  # fmt: skip


@pytest.mark.parametrize("data", PLANTED.values(), ids=PLANTED)
def test_what_is_planted_is_found(data):
    assert Search({"password": SECRET}).in_bytes("file", data)


def test_it_is_found_in_the_members_of_a_bundle_and_in_a_database(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("log.txt", "nothing")
        bundle.writestr("old/log.txt.gz", gzip.compress(f"log {SECRET}".encode()))
    (tmp_path / "bundle.zip").write_bytes(packed.getvalue())
    database = sqlite3.connect(tmp_path / "state.sqlite3")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("CREATE TABLE history (text TEXT)")
    database.execute("INSERT INTO history VALUES (?)", [f"It failed: {SECRET}"])
    database.commit()
    found = Search({"password": SECRET}).in_files(tmp_path.iterdir())
    database.close()
    assert {each.where.rpartition("/")[2] for each in found} >= {"log.txt.gz!gzip", "state.sqlite3-wal"}


def test_it_is_found_in_the_name_of_a_file(tmp_path):
    assert Search({"token": "a-token-of-20-letters"}).in_names([tmp_path / "lock-a-token-of-20-letters"])


def test_what_is_no_secret_is_not_found():
    text = f"{SECRET[:9]} {SECRET[9:]} {base64.b64encode(SECRET[::-1].encode()).decode()}"
    assert Search({"password": SECRET}).in_bytes("file", text.encode()) == set()
