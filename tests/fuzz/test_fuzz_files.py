"""What administrators write by hand: setup.toml and providers.toml."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.providers import catalog
from fm_desktop.providers.catalog import CatalogError
from fm_desktop.resources import path_of
from fm_desktop.settings import Settings, SettingsError, load, parse, save
from tests.fuzz.budget import fuzzed
from tests.fuzz.bytes_damaged import damaged
from tests.unit.test_settings import LEAST, WHOLE

# fmt: off
VALUES = (
    b"0", b"-1", b"1e400", b"nan", b"inf", b"0x" + b"f" * 5_000, b"9" * 5_000, b"true", b'""', b'" "', b'"\\u0000"', b'"\\ud800"', b"[]",
    b"[[]]", b"{}", b"{a = 1}", b"[" * 3_000, b"[" * 900 + b"]" * 900, b"0001-01-01", b"9999-12-31T23:59:59-12:00", b"25:00:00", b"'''",
    b'"http://[x"', b'"https://a:b@[::1"', b'"https://x:99999/"', b'"Europe"', b'"../../etc/passwd"', b'"a@b"', b'"@"', b'"x@y@z"',
    b'"a\xc3\xa9@\xe2\x82\xac.example"', b'"\xff"', b'"' + b"x" * 300 + b'"', b'["a", 1]', b'"https://"', b'"*"', b'"[a-"', b"1979-05-27T07:32:00",
)
# fmt: on
KEYS = [line.split(b"=")[0] + b"= " for text in (LEAST, WHOLE) for line in text.encode().splitlines() if b"=" in line]
PIECES = [key + value + b"\n" for key in KEYS for value in VALUES] + [
    b"[crm.crm]\n", b"[provider.caldav]\n", b"[[sync]]\n", b"crm = 1\n", b"a.b.c.d = 1\n", b"[" + b"a." * 2_000 + b"a]\n", b"private_key = 'x'\n",
]  # fmt: skip
CATALOG = path_of(catalog.FILE_NAME).read_bytes()
ENTRIES = [b"[" + each for each in CATALOG.split(b"\n[")[1:9]]
CATALOG_KEYS = sorted(
    {line.split(b"=")[0] + b"= " for line in CATALOG.splitlines() if b"=" in line and not line.startswith(b"#")}
)
CATALOG_PIECES = [key + value + b"\n" for key in CATALOG_KEYS for value in VALUES] + [
    b"[x.oauth]\n",
    b"[x.mail]\n",
    b"[gmail]\n",
]


def told(error: SettingsError | CatalogError) -> None:
    """In sentences of which there are no more than a person reads, and with what to do."""
    assert str(error)
    assert error.next_step
    str(error).encode("utf-8")
    assert len(str(error)) < 20_000


@fuzzed(250)
@given(damaged([LEAST.encode(), WHOLE.encode()], PIECES))
def test_a_settings_file_is_taken_or_what_is_wrong_is_told(raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    try:
        found = parse(text)
    except SettingsError as error:
        told(error)
        return
    assert isinstance(found, Settings)


@fuzzed(150)
@given(st.one_of(damaged([LEAST.encode(), WHOLE.encode()], PIECES, most=2)))
def test_settings_that_were_taken_are_the_same_when_they_are_saved_and_read(tmp_path_factory, raw: bytes) -> None:
    path = tmp_path_factory.mktemp("settings") / "setup.toml"
    path.write_bytes(raw)
    try:
        found = load(path)
    except SettingsError:
        return
    save(found, path)
    assert load(path) == found


@fuzzed(250)
@given(damaged(ENTRIES, CATALOG_PIECES))
def test_a_catalog_is_taken_or_what_is_wrong_is_told(raw: bytes) -> None:
    try:
        found = catalog.parse(raw.decode("utf-8", "replace"))
    except CatalogError as error:
        told(error)
        return
    for each in found.all():
        if each.calendar is not None:
            each.calendar.url("emma@example.com")
    found.of_domain("example.com")
    found.of_mail_servers(["mx.example.com"])
