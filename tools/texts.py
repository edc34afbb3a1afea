"""Brings the catalogues in resources/translations up to date with the texts in fm_desktop/ui: `make texts`.

New texts are added without a translation, those no longer used are taken out, all stand in order of their place.
With --check nothing is written, and what is missing is named; the exit code says whether anything is.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

MARKS = ("tr", "trn", "N_")
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from fm_desktop.ui.catalogue import Catalogue, quoted, read  # noqa: E402
from fm_desktop.ui.texts import FOLDER, LANGUAGES  # noqa: E402

HEADER = """msgid ""
msgstr ""
"Language: {code}\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


@dataclass(frozen=True)
class Text:
    """A text of the program, with its plural where it has one, and the file it is first used in."""

    one: str
    many: str
    place: str


def used(folder: Path = ROOT / "fm_desktop" / "ui") -> list[Text]:
    """Every text given to `tr`, `trn` and `N_`, each once. Raises `ValueError` for one that is put together."""
    found: dict[tuple[str, str], Text] = {}
    for path in sorted(folder.rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        for call in _calls(path):
            strings = _strings(call.args[: 2 if _name(call) == "trn" else 1], place)
            if strings:
                text = Text(strings[0], strings[1] if len(strings) > 1 else "", place)
                found.setdefault((text.one, text.many), text)
    return list(found.values())


def _calls(path: Path) -> list[ast.Call]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    calls = [node for node in nodes if isinstance(node, ast.Call) and _name(node) in MARKS]
    return sorted(calls, key=lambda call: (call.lineno, call.col_offset))


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _strings(arguments: list[ast.expr], place: str) -> list[str]:
    """The literal texts; anything else stands for a text that was marked with `N_` where it was written."""
    for each in arguments:
        if isinstance(each, ast.JoinedStr | ast.BinOp):
            raise ValueError(f"{place}, line {each.lineno}: only a whole text can be translated, not one put together")
    return [each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def missing(catalogue: Catalogue, texts: list[Text]) -> list[str]:
    return [
        each.one
        for each in texts
        if ((each.one, each.many) not in catalogue.plural if each.many else each.one not in catalogue.single)
    ]


def written(code: str, catalogue: Catalogue, texts: list[Text]) -> str:
    parts = [HEADER.format(code=code)]
    place = ""
    for each in texts:
        if each.place != place:
            place = each.place
            parts.append(f"# {place}")
        parts.append(_entry(each, catalogue))
    return "\n".join(parts)


def _entry(text: Text, catalogue: Catalogue) -> str:
    if not text.many:
        return f"msgid {quoted(text.one)}\nmsgstr {quoted(catalogue.single.get(text.one, ''))}\n"
    one, many = catalogue.plural.get((text.one, text.many), ("", ""))
    return (
        f"msgid {quoted(text.one)}\nmsgid_plural {quoted(text.many)}\n"
        f"msgstr[0] {quoted(one)}\nmsgstr[1] {quoted(many)}\n"
    )


def main(arguments: list[str]) -> int:
    texts = used()
    lacking = False
    for code in LANGUAGES:
        if code == "en":
            continue
        path = FOLDER / f"{code}.po"
        catalogue = read(path) if path.exists() else Catalogue({}, {})
        for each in missing(catalogue, texts):
            lacking = True
            print(f"{path.name}: no translation of {quoted(each)}")
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written(code, catalogue, texts), encoding="utf-8")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
