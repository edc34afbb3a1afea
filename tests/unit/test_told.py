"""What the engine says is recognised and said in the user's language, in the words of a window."""

import pytest

from fm_desktop.credentials import Credentials, KeychainLocked, Which
from fm_desktop.errors import explained
from fm_desktop.port import Refused
from fm_desktop.sync.store import StoreError
from fm_desktop.ui import texts
from fm_desktop.ui.sentences import INSTEAD
from fm_desktop.ui.told import heading, told
from tests.ui.window import samples


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
        (
            "As CalDAV: changes of others are not overwritten; the service itself writes to participants.",
            "Como CalDAV: no se sobrescriben los cambios de otros; el propio servicio envía correo a los participantes.",
        ),
        ("2 folders, read: no folder; as emma.", "2 carpetas, se leen: ninguna; como emma."),
        ("put back: you are a participant, not the organiser", "revertido: usted es participante, no organizador"),
        (
            "“Visit” could not be written to ForceManager: ForceManager refused the request: the account is closed.",
            "«Visit» no se pudo escribir en ForceManager: ForceManager rechazó la petición: the account is closed.",
        ),
        (
            "the calendar “Work” was listed as empty, although it held 12 items",
            "el calendario «Work» apareció vacío, aunque contenía 12 elementos",
        ),
        ("Changing it sends mail to 8 other people", "Modificarlo envía correo a otras 8 personas"),
        (
            "A change waits for your word: 12 of 120 items would be deleted at once (fm-desktop held).",
            "Un cambio espera su decisión: se eliminarían de una vez 12 de 120 elementos. Vea la página «Pendiente de "
            "usted».",
        ),
        ("“Lunch” was put back: it is private.", "«Lunch»: revertido: es privado."),
        ("Deleting it sends mail to 1 other person", "Eliminarlo envía correo a otra persona"),
        ("The list of folders is not there any more.", "La lista de carpetas ya no está."),
        ("imap.example has a fault: “Server is down”", "imap.example tiene un fallo: «Server is down»"),
        (
            "The message “Offer” of 2026-03-04 is logged, but not whole: ForceManager did not take these files of it: "
            "a.pdf, b.pdf. It waits for others, which are not in the message: c.pdf.",
            "El mensaje «Offer» del 2026-03-04 está registrado, pero no completo: ForceManager no aceptó estos "
            "archivos del mensaje: a.pdf, b.pdf. Espera otros, que no están en el mensaje: c.pdf.",
        ),
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


@pytest.mark.usefixtures("spanish")
def test_what_stands_in_quotes_is_never_taken_for_ours():
    """A calendar may be called “Events”, and a task “it is private”."""
    assert told("“it is private” cannot be read: it is private.") == "«it is private» no se puede leer: es privado."
    assert told("the calendar “events”") == "el calendario «events»"
    assert told("“(no title)” cannot be read: it is private.") == "«(sin título)» no se puede leer: es privado."


@pytest.mark.usefixtures("spanish")
def test_several_sentences_in_a_row_are_said_one_by_one():
    assert told("Try again. Nobody knows this.") == "Vuelva a intentarlo. Nobody knows this."
    assert told("Try again. Sign in again.") == "Vuelva a intentarlo. Inicie sesión de nuevo."
    assert told("[crm] url is missing.\n[sync] typ is no setting; did you mean type?") == (
        "Falta [crm] url.\n[sync] typ no es un ajuste; ¿quería decir type?"
    )


@pytest.mark.usefixtures("spanish")
def test_a_heading_is_a_persons_own_words_but_for_what_has_none():
    assert heading("  Try \n again. ") == "Try again."
    assert heading("(no title)") == "(sin título)"
    assert heading("") == ""


def test_a_title_that_is_made_to_be_long_does_not_hold_the_window_up(monkeypatch):
    """Each place of a template can begin at each of its beginnings, so that the time grew with the third power."""

    def looked_for() -> None:
        raise AssertionError("a template is looked for")

    monkeypatch.setattr("fm_desktop.ui.told._patterns", looked_for)
    hostile = "“a” could not be written to b: " * 1_000
    assert told(hostile) == hostile


def test_an_unknown_text_of_hundreds_of_sentences_does_not_hold_the_window_up(monkeypatch):
    tried = []
    monkeypatch.setattr("fm_desktop.ui.told._matched", tried.append)
    hostile = "No. " * 249 + "x"
    assert told(hostile) == hostile
    assert len(tried) < 20


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
    assert told(file.message) == "Este ordenador rechazó un archivo: no queda espacio en el disco."
    assert told(file.next_step) == "Compruebe el espacio libre del disco y quién puede escribir allí."
    full = explained(StoreError("The state file /x cannot be written: disk I/O error."))
    assert full is not None
    assert told(full.message) == "El archivo de estado /x no se puede escribir: error de lectura o escritura del disco."
    assert told(str(Refused("ForceManager does not allow this: no."))) == "ForceManager no permite esto: no."


def test_a_keychain_that_is_absent_is_recognised_too():
    class Nothing:
        backends = ()

    with pytest.raises(Exception, match="no keychain") as caught:
        Credentials({}, Nothing).get(Which.CRM_PRIVATE_KEY, "key")
    assert told(caught.value.next_step) == "Start a keychain (on Linux: GNOME Keyring or KWallet), then try again."
