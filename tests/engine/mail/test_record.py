"""A message as ForceManager can hold it, and what makes it the same message everywhere (R11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.mailport import Heading, MessageRef
from fm_desktop.model.message import Attachment, Content, Direction, Headers, Mailbox
from fm_desktop.sync.mail import record
from fm_desktop.sync.mail.identity import ext_id_of, likeness, message_key
from fm_desktop.sync.mail.match import Addressee
from fm_desktop.sync.mail.policy import MailOptions
from fm_desktop.sync.mail.record import Subject, cut, entry_of, width
from tests.fakes.letters import ANN, EMMA, NOW, boxes

OPTIONS = MailOptions(user="7", address=EMMA, own=frozenset({EMMA}), since=NOW.date(), attachment_limit=1_000_000)
PARTY = Addressee(ANN, 1, 10)
HEADERS = Headers("m@x", NOW, "Offer", boxes(ANN), boxes(EMMA))


def entry(content: Content | str = "Hello.", options: MailOptions = OPTIONS, **changes: object):
    direction = changes.pop("direction", Direction.RECEIVED)
    what = Subject(replace(HEADERS, **changes), direction, NOW, "Inbox", PARTY, "fmm1-x")  # type: ignore[arg-type]
    return entry_of(what, Content(content) if isinstance(content, str) else content, options)


def attachment(name: str, data: bytes = b"x", size: int | None = None) -> Attachment:
    return Attachment(name, "application/octet-stream", len(data) if size is None else size, lambda: iter((data,)))


def whole(made: Attachment) -> str:
    return b"".join(made.chunks()).decode()


def test_R11_a_record_has_subject_text_and_files():
    made = entry(Content("Hello.", (attachment("a.pdf"),)))
    assert (made.subject, made.body, made.sender, made.to) == ("Offer", "Hello.", ANN, (EMMA,))
    assert [each.name for each in made.attachments] == ["a.pdf"]
    assert (made.contact_id, made.account_id, made.folder) == (1, 10, "Inbox")


def test_R11_a_text_that_is_too_long_is_cut_at_a_word_and_attached_whole():
    text = " ".join(f"word{number}" for number in range(2_000))
    made = entry(text, cc=boxes("boss@client.example"))
    assert width(made.body) <= record.BODY
    head, _, rest = made.body.partition("…")
    assert text.startswith(head)
    assert text[len(head)] == " "
    assert "“Full text.txt”" in rest
    assert "Cc: boss@client.example" in rest
    assert whole(made.attachments[-1]).startswith(text)
    assert "Cc: boss@client.example" in whole(made.attachments[-1])


def test_the_file_with_the_full_text_takes_no_name_of_another():
    made = entry(Content("x " * 4_000, (attachment("full text.TXT"),)))
    assert [each.name for each in made.attachments] == ["full text.TXT", "Full text (2).txt"]
    assert "Full text (2).txt" in made.body


def test_what_was_not_read_and_who_else_got_it_is_said_on_the_record():
    made = entry(
        Content("Hello.", (), ("A part is encrypted.",)), cc=(Mailbox("b@x.example", "Bob"), Mailbox("c@x.example"))
    )
    assert made.body == "Hello.\n\n---\nCc: Bob <b@x.example>, c@x.example\nA part is encrypted."


def test_R11_files_beyond_the_limit_are_named_and_left_out():
    made = entry(Content("Hello.", (attachment("film.mov", size=120_000_000), attachment("ok.pdf"))))
    assert [each.name for each in made.attachments] == ["ok.pdf"]
    assert "“film.mov” (120 MB) was left out: it is larger than 1 MB." in made.body


def test_very_many_files_are_counted_not_carried():
    made = entry(Content("Hello.", tuple(attachment(f"{number}.txt") for number in range(60))))
    assert len(made.attachments) == record.MOST_FILES
    assert "10 more attached files were left out" in made.body


def test_names_of_files_are_unique_whatever_their_case_and_whatever_the_limit():
    files = (
        attachment("a.pdf", size=2_000_000),
        attachment("A.PDF"),
        attachment("a.pdf"),
        attachment("x" * 400 + ".pdf"),
    )
    names = [each.name for each in entry(Content("", files)).attachments]
    assert names == ["A (2).PDF", "a (3).pdf", "x" * 196 + ".pdf"]
    unlimited = replace(OPTIONS, attachment_limit=1 << 40)
    assert [each.name for each in entry(Content("", files), unlimited).attachments][1:] == names


def test_of_many_recipients_as_many_as_fit_are_listed_the_one_it_is_logged_for_first():
    to = [f"person{number:02}@company.example" for number in range(20)]
    made = entry(direction=Direction.SENT, sender=boxes(EMMA), to=boxes(*to), bcc=boxes(ANN))
    assert made.to[0] == ANN
    assert len("; ".join(made.to)) <= record.ADDRESSES
    assert set(made.to) | {each for each in to if each in made.body} == {ANN, *to}
    assert made.sender == EMMA


@pytest.mark.parametrize("direction", Direction)
def test_the_fields_that_must_be_there_are_never_empty(direction):
    made = entry("", direction=direction, sender=(), to=(), subject="")
    assert made.sender
    assert made.to
    assert made.body
    assert made.subject == record.NO_SUBJECT


@given(
    st.text(max_size=9_000) | st.text("ab 😀\n", min_size=3_900, max_size=4_200), st.text(max_size=400),
    st.lists(st.text(min_size=1, max_size=200), max_size=40), st.lists(st.text(max_size=600), max_size=6),
)  # fmt: skip
def test_whatever_a_message_says_the_record_is_within_the_limits(text, subject, addresses, notes):
    made = entry(Content(text, (), tuple(notes)), subject=subject, to=boxes(*addresses), cc=boxes(*addresses))
    assert width(made.body) <= record.BODY
    assert width(made.subject) <= record.SUBJECT
    assert width(", ".join(made.to)) <= record.ADDRESSES
    assert len(made.attachments) == (1 if "Full text.txt" in made.body else 0)


@given(st.text(), st.integers(1, 50))
def test_a_cut_text_is_the_beginning_of_the_whole(text, limit):
    short = cut(text, limit)
    assert width(short) <= limit
    assert short == text or text.startswith(short[:-1])


# --- identity --------------------------------------------------------------------------------------


def heading(key: str = "", received=NOW, size: int = 2_000, **changes: object) -> Heading:
    return Heading(MessageRef("INBOX", "1"), replace(HEADERS, **changes), received, size, key)  # type: ignore[arg-type]


def test_an_identity_is_the_same_wherever_a_message_is_seen():
    moved = heading(received=NOW + timedelta(days=3), size=2_900)
    assert message_key(heading()) == message_key(moved)
    assert message_key(heading("77")) == message_key(heading("77", subject="[list] Offer"))
    no_id = heading(message_id="")
    assert message_key(no_id) == message_key(heading(message_id=""))


@pytest.mark.parametrize("message_id", ["m@x", ""])
@pytest.mark.parametrize(
    "other", [{"subject": "Another"}, {"date": NOW + timedelta(seconds=1)}, {"sender": boxes(EMMA)}]
)
def test_other_messages_have_other_identities_with_and_without_a_message_id(message_id, other):
    assert message_key(heading(message_id=message_id)) != message_key(heading(message_id=message_id, **other))


def test_the_form_of_an_identity_does_not_change():
    assert message_key(heading()) == "id:lcaayxvnkdjrzfgzgj357mcgoljfwhub"
    assert message_key(heading(message_id="")) == "print:oqlh363bpzl6y73rnjecdlungs2xttbh"
    assert message_key(heading("77")) == "service:77"
    assert message_key(heading(message_id="n@x")) != message_key(heading())


def test_a_copy_under_another_message_id_looks_alike_and_another_message_does_not():
    assert likeness(HEADERS) == likeness(replace(HEADERS, message_id="n@x", subject="Offer "))
    assert likeness(HEADERS) != likeness(replace(HEADERS, to=boxes("x@y.example")))


def test_the_identity_of_a_record_is_short_and_differs_by_user_message_and_party():
    made = {
        ext_id_of(user, key, party)
        for user in ("7", "8")
        for key in ("id:a", "id:b")
        for party in (PARTY, Addressee(ANN, 2, 10), Addressee(ANN, None, 10), Addressee(ANN, None, 1))
    }
    assert len(made) == 16
    assert {len(each) for each in made} == {37}
    # Another form of it would log every message of every user a second time.
    assert ext_id_of("7", "id:a", PARTY) == "fmm1-lyrnq7umhqqgwrmfjc2yp6kak3spwwwi"
