"""What people read: complete in every language, filled in the same way, nothing left over."""

import re
import string

import pytest

from fm_desktop.ui import texts
from fm_desktop.ui.catalogue import BadCatalogue, read
from fm_desktop.ui.texts import FOLDER, LANGUAGES, joined, numeral, tr, trn
from tools.texts import missing, used, written

OTHERS = [each for each in LANGUAGES if each != "en"]


@pytest.fixture(autouse=True)
def english():
    yield
    texts.use("en")


def names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def mnemonics(text: str) -> int:
    return len(re.findall(r"&[^&\s]", text))


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_has_a_translation_and_no_translation_is_stale(code):
    catalogue = read(FOLDER / f"{code}.po")
    assert missing(catalogue, used()) == []
    assert set(catalogue.single) == {each.one for each in used() if not each.many}
    assert set(catalogue.plural) == {(each.one, each.many) for each in used() if each.many}


@pytest.mark.parametrize("code", OTHERS)
def test_translations_are_filled_with_the_same_values(code):
    catalogue = read(FOLDER / f"{code}.po")
    for source, translated in catalogue.single.items():
        assert names(source) == names(translated), source
    for (one, many), (first, second) in catalogue.plural.items():
        assert names(one) <= names(first) | {"n"}, one
        assert names(many) == names(second), many


@pytest.mark.parametrize("code", OTHERS)
def test_what_has_a_key_in_english_has_one_in_every_language(code):
    for source, translated in read(FOLDER / f"{code}.po").single.items():
        assert mnemonics(source) == mnemonics(translated), source


@pytest.mark.parametrize("code", OTHERS)
def test_the_catalogue_is_as_the_tool_writes_it(code):
    path = FOLDER / f"{code}.po"
    assert path.read_text(encoding="utf-8") == written(code, read(path), used())


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        (("es",), "es"),
        (("es_MX.UTF-8",), "es"),
        (("es-ES", "en"), "es"),
        (("", "es"), "es"),
        (("nb_NO", "es"), "es"),
        (("C.UTF-8",), "en"),
        ((), "en"),
    ],
)
def test_the_first_language_that_there_is_is_spoken(wanted, spoken):
    assert texts.use(*wanted) == spoken
    assert texts.language() == spoken


def test_texts_are_filled_and_counted_in_the_language_spoken():
    assert tr("Just a moment…") == "Just a moment…"
    texts.use("es")
    assert tr("Just a moment…") == "Un momento…"
    assert tr("no such text {name}", name="{x}") == "no such text {x}"


def test_a_text_without_values_is_taken_as_it_is():
    assert tr("100 % {sure}") == "100 % {sure}"


def test_numbers_are_written_as_people_write_them():
    assert numeral(12345) == "12,345"
    assert trn("{n} cat", "{n} cats", 1) == "1 cat"
    assert trn("{n} cat", "{n} cats", 2000) == "2,000 cats"
    texts.use("es")
    assert [numeral(2000), numeral(12345)] == ["2000", "12.345"]


def test_parts_are_joined_in_words():
    assert [joined([]), joined(["a"]), joined(["a", "b", "c"])] == ["", "a", "a, b and c"]


def test_a_broken_catalogue_names_its_line(tmp_path):
    path = tmp_path / "xx.po"
    path.write_text('msgid "a"\nmsgstr "b"\nnonsense\n', encoding="utf-8")
    with pytest.raises(BadCatalogue, match=r"xx.po, line 3: nonsense"):
        read(path)


def test_long_entries_are_read_over_several_lines(tmp_path):
    path = tmp_path / "xx.po"
    path.write_text(
        'msgid ""\nmsgstr ""\n"Language: xx\\n"\n\nmsgid "one "\n"two"\nmsgstr "eins "\n"zwei\\n"\n', encoding="utf-8"
    )
    assert read(path).single == {"one two": "eins zwei\n"}
