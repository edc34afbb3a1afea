"""What the engine says is recognised and said in the user's language, in the words of a window."""

import ast
import re
from pathlib import Path

import pytest

from fm_desktop.credentials import Credentials, KeychainLocked, Which
from fm_desktop.errors import explained
from fm_desktop.port import Refused
from fm_desktop.resources import path_of
from fm_desktop.sync.store import StoreError
from fm_desktop.ui import texts
from fm_desktop.ui.sentences import INSTEAD, SENTENCES
from fm_desktop.ui.told import told
from tests.ui.window import samples

ROOT = Path(__file__).parents[2] / "fm_desktop"
SILENT = ("ui", "sandbox", "demo")


@pytest.fixture
def spanish():
    texts.use("es")
    yield
    texts.use("en")


def test_a_known_sentence_is_left_as_it_is_in_english():
    assert told("“Lunch” cannot be read: it has no title.") == "“Lunch” cannot be read: it has no title."


def test_an_unknown_sentence_is_left_as_it_is(spanish):
    assert told("Nobody knows this sentence.") == "Nobody knows this sentence."
    assert told("") == ""


@pytest.mark.usefixtures("spanish")
@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("new in the calendar", "nuevo en el calendario"),
        ("put back: you are a participant, not the organiser", "revertido: usted es participante, no organizador"),
        (
            "“Visit” could not be written to ForceManager: ForceManager refused the request: the account is closed.",
            "«Visit» no se pudo escribir en ForceManager: ForceManager rechazó la petición: the account is closed.",
        ),
        (
            "the calendar “Work” was listed as empty, although it held 12 items",
            "el calendario «Work» apareció vacío, aunque contenía 12 elementos",
        ),
        ("it sends mail to 8 other people", "envía correo a otras 8 personas"),
        (
            "A change waits for your word: 12 of 120 items would be deleted at once (fm-desktop held).",
            "Un cambio espera su decisión: se eliminarían de una vez 12 de 120 elementos. Vea la página «Pendiente de "
            "usted».",
        ),
        ("“Lunch” was put back: it is private.", "«Lunch»: revertido: es privado."),
    ],
)
def test_sentences_within_sentences_are_said_in_spanish(said, shown):
    assert told(said) == shown


def test_a_window_has_buttons_where_the_command_line_has_commands():
    assert told("Change it, or try again: fm-desktop problems retry 12") == "Change it, or press “Try again”."
    for said in INSTEAD:
        assert "fm-desktop" not in told(said), said


def test_titles_with_braces_and_line_breaks_do_no_harm():
    assert told("“{title} %s\nx” cannot be read: y.") == "“{title} %s\nx” cannot be read: y."
    assert told("{host} did not answer.") == "{host} did not answer."


def test_a_title_that_is_made_to_be_long_does_not_hold_the_window_up(monkeypatch):
    """Each place of a template can begin at each of its beginnings, so that the time grew with the third power."""

    def looked_for() -> None:
        raise AssertionError("a template is looked for")

    monkeypatch.setattr("fm_desktop.ui.told._patterns", looked_for)
    hostile = "“a” could not be written to b: " * 1_000
    assert told(hostile) == hostile


@pytest.mark.usefixtures("spanish")
def test_what_the_program_says_in_trouble_is_said_whole_in_spanish():
    """From the errors themselves, not from copies of their words."""
    locked = explained(samples.locked_keychain())
    assert locked is not None
    assert isinstance(samples.locked_keychain(), KeychainLocked)
    assert told(locked.message) == "El llavero de este ordenador está bloqueado."
    assert told(locked.next_step).startswith("Desbloquéelo")
    file = explained(OSError(28, "No space left on device"))
    assert file is not None
    assert told(file.message) == "Este ordenador rechazó un archivo: No space left on device."
    assert told(file.next_step) == "Compruebe el espacio libre del disco y quién puede escribir allí."
    full = explained(StoreError("The state file /x cannot be written: disk I/O error."))
    assert full is not None
    assert told(full.message) == "El archivo de estado /x no se puede escribir: disk I/O error."
    assert told(str(Refused("ForceManager does not allow this: no."))) == "ForceManager no permite esto: no."


def test_a_keychain_that_is_absent_is_recognised_too():
    class Nothing:
        backends = ()

    with pytest.raises(Exception, match="no keychain") as caught:
        Credentials({}, Nothing).get(Which.CRM_PRIVATE_KEY, "key")
    assert told(caught.value.next_step) == "Start a keychain (on Linux: GNOME Keyring or KWallet), then try again."


# --- nothing stale -----------------------------------------------------------------------------------


def said_by_the_engine() -> str:
    """All texts of the engine, places as `{}`, one a line."""
    found: list[str] = []
    for path in sorted(ROOT.rglob("*.py")):
        if path.relative_to(ROOT).parts[0] in SILENT:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                found.append("".join(each.value if isinstance(each, ast.Constant) else "{}" for each in node.values))
    # The catalog of providers says why some of them do not serve.
    found.append(path_of("providers.toml").read_text(encoding="utf-8"))
    return "\n".join(_bare(each) for each in found)


def _bare(template: str) -> str:
    return re.sub(r"\{\w*\}", "{}", template)


# Put together from parts that stand apart in the program.
COMPOSED = {
    "it sends mail to {people}",
    "{number} other people",
    "put back: you chose to keep it",
    "Created in {place}; it is in the calendar “{calendar}” and in ForceManager (no. {number}).",
    "Created in {place}; it is in the calendar and in ForceManager (no. {number}).",
    "It is in the calendar “{calendar}” only.",
    "It is in the calendar only.",
    "{items} on both sides, last complete cycle: {when}.",
    "This computer refused a file: {reason}.",
    "{number} events and tasks of {calendar} are now in ForceManager.",
    "1 event or task of {calendar} is now in ForceManager.",
    "[email] never_log = {value} is no e-mail address.",
    "[email] never_log = {value} is neither an e-mail address nor a domain.",
    "Correct the settings and run the command again.",
    "Supported are {names}, and others that offer CalDAV with mail. An administrator can add another one.",
    "The message “{subject}” of {moment} could not be logged: {reason}",
    "The message “{subject}” of {moment} is logged, but not whole: {reason}",
}


def test_every_sentence_is_still_said_by_the_engine():
    engine = said_by_the_engine()
    stale = [each for each in (*SENTENCES, *INSTEAD) if each not in COMPOSED and _bare(each) not in engine]
    assert stale == []
