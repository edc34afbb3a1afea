"""What the folders of a mailbox are for: by their flags (RFC 6154), else by their names in many languages. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from imapclient.imap_utf7 import decode as decode_utf7
from imapclient.imap_utf7 import encode as encode_utf7

from fm_desktop.mailport import Folder, Role

Listed = tuple[tuple[bytes, ...], bytes | None, bytes | str]
"""Flags, separator and name of a folder, as LIST gives them."""

_WITH_ALL_BELOW: Final = frozenset({Role.DRAFTS, Role.JUNK, Role.TRASH})
_NOT_SELECTABLE: Final = frozenset({b"\\noselect", b"\\nonexistent"})
_FLAGS: Final = {
    b"\\sent": Role.SENT,
    b"\\drafts": Role.DRAFTS,
    b"\\junk": Role.JUNK,
    b"\\spam": Role.JUNK,
    b"\\trash": Role.TRASH,
    b"\\archive": Role.ARCHIVE,
}
_SPECIAL_USE: Final = frozenset({*_FLAGS, b"\\all", b"\\allmail"})

# Names that mail programs and services give: in English, Spanish, Catalan, Galician, Basque, Portuguese, French,
# Italian, German, Dutch, Swedish, Danish, Norwegian, Finnish, Polish, Czech, Slovak, Hungarian, Romanian, Turkish,
# Greek, Russian, Ukrainian, Japanese and Chinese.
_NAMES: Final = {
    Role.SENT: """sent|sent items|sent messages|sent mail|sent-mail|enviados|elementos enviados|mensajes enviados
        correo enviado|enviats|elements enviats|correu enviat|bidalitakoak|itens enviados|mensagens enviadas
        e-mails enviados|envoyés|éléments envoyés|messages envoyés|courrier envoyé|envoyes|inviati|posta inviata
        messaggi inviati|elementi inviati|gesendet|gesendete elemente|gesendete objekte|gesendete nachrichten|verzonden
        verzonden items|verzonden berichten|verzonden objecten|skickat|skickade objekt|skickade|sendt|sendte elementer
        sendt post|sendte|lähetetyt|lähetetyt viestit|wysłane|elementy wysłane|odeslané|odeslaná pošta|odoslané
        elküldött|elküldött elemek|trimise|elemente trimise|gönderilmiş öğeler|gönderilenler|gönderilmiş postalar
        απεσταλμένα|отправленные|надіслані|відправлені|送信済み|送信済みアイテム|送信済みメール|已发送|已发送邮件|寄件備份""",
    Role.DRAFTS: """drafts|draft|borradores|esborranys|borradors|zirriborroak|rascunhos|brouillons|bozze|entwürfe
        concepten|utkast|kladder|luonnokset|szkice|wersje robocze|kopie robocze|koncepty|rozepsané|piszkozatok|ciorne
        taslaklar|πρόχειρα|черновики|чернетки|下書き|草稿|草稿箱""",
    Role.JUNK: """junk|spam|junk e-mail|junk email|junk mail|bulk mail|bulk|correo no deseado|correo basura|no deseado
        correu brossa|correu no desitjat|zabor-posta|lixo eletrônico|lixo electrónico|correio não solicitado
        courrier indésirable|indésirables|pourriel|pourriels|posta indesiderata|indesiderata|spamverdacht|junk-e-mail
        werbung|ongewenste e-mail|ongewenst|reclame|skräppost|uønsket e-post|uønsket mail|søppelpost|roskaposti
        wiadomości-śmieci|niechciane|nevyžádaná pošta|nevyžiadaná pošta|levélszemét|mesaje nedorite|önemsiz|istenmeyen
        gereksiz e-posta|ανεπιθύμητα|ανεπιθύμητη αλληλογραφία|спам|нежелательная почта|небажана пошта
        迷惑メール|垃圾邮件|垃圾郵件""",
    Role.TRASH: """trash|deleted|deleted items|deleted messages|bin|papelera|elementos eliminados|eliminados
        mensajes eliminados|correo eliminado|paperera|elements suprimits|elements eliminats|zakarrontzia|lixo|lixeira
        itens excluídos|itens eliminados|corbeille|éléments supprimés|messages supprimés|cestino|posta eliminata
        elementi eliminati|eliminati|papierkorb|gelöscht|gelöschte elemente|gelöschte objekte|prullenbak
        verwijderde items|papperskorg|borttaget|borttagna objekt|papirkurv|slettet post|slettede elementer|roskakori
        poistetut|kosz|elementy usunięte|koš|odstraněná pošta|kôš|odstránené|kuka|lomtár|törölt elemek|coș de gunoi
        elemente șterse|çöp kutusu|çöp|silinmiş öğeler|κάδος|διεγραμμένα|корзина|удаленные|кошик|видалені|ゴミ箱
        削除済みアイテム|已删除|已删除邮件|垃圾桶""",
    Role.ARCHIVE: """archive|archives|archivo|archivados|archivo de correo|arxiu|artxiboa|arquivo|arquivo morto|archivio
        archiv|archief|arkiv|arkisto|archiwum|archív|archívum|arhivă|arşiv|αρχείο|архив|архів|アーカイブ|存档|归档""",
}
_ROLES: Final = {
    name.strip(): role for role, names in _NAMES.items() for name in re.split(r"\||\n", names) if name.strip()
}


def roles_are_told(listed: Iterable[Listed]) -> bool:
    """Whether the server says of any folder what it is for."""
    return any(flag.lower() in _SPECIAL_USE for flags, _, _ in listed for flag in flags)


def folders_of(listed: Iterable[Listed], *, gmail: bool) -> tuple[Folder, ...]:
    """The folders that can be opened. `ALL` is known of Gmail only: elsewhere (RFC 6154 leaves it open) a folder of
    all messages may hold spam and drafts, and nothing would tell which they are."""
    by_path: dict[tuple[str, ...], Folder] = {}
    closed: set[tuple[str, ...]] = set()
    for flags, separator, raw in listed:
        lowered = {each.lower() for each in flags}
        name = _name(raw)
        if not name.isprintable() or not name:
            continue
        folder_id = (
            raw.decode("ascii") if isinstance(raw, bytes) and raw.isascii() else encode_utf7(name).decode("ascii")
        )
        path = name.split(separator.decode("ascii", "replace")) if separator else [name]
        folder = _folder(folder_id, path, lowered, gmail=gmail)
        by_path[tuple(path)] = folder
        if lowered & _NOT_SELECTABLE:
            closed.add(tuple(path))
    return tuple(_inheriting(folder, path, by_path) for path, folder in by_path.items() if path not in closed)


def _inheriting(folder: Folder, path: tuple[str, ...], by_path: Mapping[tuple[str, ...], Folder]) -> Folder:
    """A folder that was deleted is kept below the trash, with everything in it."""
    for length in range(len(path) - 1, 0, -1):
        above = by_path.get(path[:length])
        if above is not None and above.role in _WITH_ALL_BELOW:
            return replace(folder, role=above.role, flagged=above.flagged)
    return folder


def _name(raw: bytes | str) -> str:
    """A folder's name in Unicode. It is in modified UTF-7 (RFC 9051 appendix A.1), or should be."""
    if isinstance(raw, str):
        return raw
    try:
        return decode_utf7(raw) if raw.isascii() else raw.decode("utf-8", "replace")
    except ValueError:
        return raw.decode("ascii", "replace")


def _folder(folder_id: str, path: list[str], flags: set[bytes], *, gmail: bool) -> Folder:
    if path[0].upper() == "INBOX":
        path = ["INBOX", *path[1:]]
    shown = "/".join(path)
    if path == ["INBOX"]:
        return Folder("INBOX", shown, Role.INBOX)
    if gmail and flags & {b"\\all", b"\\allmail"}:
        return Folder(folder_id, shown, Role.ALL)
    told = next((_FLAGS[each] for each in sorted(flags) if each in _FLAGS), None)
    if told is not None:
        return Folder(folder_id, shown, told)
    role = _guess(path)
    return Folder(folder_id, shown, role, flagged=role is Role.OTHER)


def _guess(path: list[str]) -> Role:
    """By its name, if it is at the top or right below the inbox: “Sent” below a customer's folder is the customer's."""
    below = path[1:] if path[0] == "INBOX" or path[0] in ("[Gmail]", "[Google Mail]") else path
    return _ROLES.get(below[0].casefold(), Role.OTHER) if len(below) == 1 else Role.OTHER
