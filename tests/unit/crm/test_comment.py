from hypothesis import given
from hypothesis import strategies as st

from fm_desktop.crm.comment import LIMIT, Comment, join, split
from fm_desktop.model.text import normal_text

RULE = join("", "x").splitlines()[0]
LONG = "One word after the other. " * 500

pieces = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [RULE, "> " + RULE, "> > " + RULE, join(LONG).splitlines()[-1], "> " + join(LONG).splitlines()[-1], "", "> "]
    ),
)
texts = st.lists(pieces, max_size=8).map(lambda lines: normal_text("\n".join(lines)))


@given(texts, texts)
def test_split_gives_back_what_join_was_given(text, details):
    comment = join(text, details)
    assert split(comment) == Comment(text, details)


@given(st.text(max_size=400).map(normal_text), st.text(max_size=150).map(normal_text), st.integers(300, 500))
def test_a_comment_is_never_longer_than_the_limit_and_its_head_is_a_beginning(text, details, limit):
    comment = join(text, details, limit)
    said = split(comment)
    assert len(comment.encode("utf-16-le")) // 2 <= limit
    assert text.startswith(said.text)
    assert said.shortened == (said.text != text)
    assert details.startswith(said.details)


@given(st.text())
def test_whatever_a_user_types_is_understood(comment):
    said = split(comment)
    assert isinstance(said.text, str)


def test_a_text_too_long_is_cut_at_a_word_and_says_so():
    comment = join(LONG.strip(), "Place: Madrid")
    said = split(comment)
    assert said.shortened
    assert said.whole == len(LONG.strip())
    assert LONG[len(said.text)] == " "
    assert f"the first {len(said.text):,} of {len(LONG.strip()):,} characters" in comment
    assert LIMIT - 250 < len(comment) <= LIMIT


def test_an_edit_above_the_mark_is_the_text_and_stays_shortened():
    comment = join(LONG.strip(), "Place: Madrid")
    said = split("Call first.\n" + comment)
    assert said.shortened
    assert said.text == "Call first.\n" + split(comment).text
    assert said.details == "Place: Madrid"


def test_text_typed_between_the_marks_is_not_lost():
    comment = join(LONG.strip(), "Place: Madrid")
    rest = split(comment.replace("\n\n" + RULE, "\nMy note.\n\n" + RULE))
    assert rest.text.endswith("\nMy note.")
    assert rest.shortened


def test_a_pasted_second_block_counts_as_details():
    comment = join("Text", "Place: Madrid")
    said = split(comment + "\n" + comment)
    assert said.text == "Text"
    assert said.details.startswith("Place: Madrid\nText")


def test_without_its_line_the_block_becomes_text():
    said = split("Text\n\nPlace: Madrid")
    assert said == Comment("Text\n\nPlace: Madrid")


def test_line_ends_of_a_browser_and_missing_blank_lines_are_understood():
    comment = join("Text", "Place: Madrid")
    assert split(comment.replace("\n", "\r\n")) == Comment("Text", "Place: Madrid")
    assert split(comment.replace("\n\n", "\n")) == Comment("Text", "Place: Madrid")
    assert split(comment.replace("---", "—— ")) == Comment("Text", "Place: Madrid")


def test_a_head_keeps_its_mark_when_only_the_details_are_written_anew():
    said = split(join(LONG.strip(), "Place: Madrid"))
    again = split(join(said.text, "Place: Paris\n" + "x" * 500, whole=said.whole))
    assert again.shortened
    assert again.whole == said.whole
    assert said.text.startswith(again.text)
