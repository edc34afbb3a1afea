"""What else is in Emma's mailbox: mail of which ForceManager must not get a word."""

from __future__ import annotations

from collections.abc import Iterator

from fm_desktop.demo.letter import DRAFTS, EMMA, INBOX, JUNK, SENT, TRASH, Letter
from fm_desktop.demo.letters import FROM_ANA, FROM_KAREN
from fm_desktop.demo.opening import STRANGER, Days
from fm_desktop.demo.papers import pdf

NEWSLETTERS, STRANGERS, COLLEAGUES = "Newsletters and shops", "Strangers", "Colleagues, and Emma herself"
UNFINISHED, JUNK_MAIL, OLD = "A draft, and what is in the trash", "Junk", "A contact, but older than 30 days"
OTHERS_CONTACT = "A contact of Emma's colleague Javier"

_FROM_LUCIA = "Lucía Serrano <lucia@example.com>"


def letters(days: Days) -> tuple[Letter, ...]:
    return (*_newsletters(days), *_strangers(days), *_own_company(days), *_put_away(days))


def _newsletters(days: Days) -> Iterator[Letter]:
    sent_out = (
        ("Packaging Weekly <news@packaging-weekly.example>", "Seven trends in cardboard", -20),
        ("Packaging Weekly <news@packaging-weekly.example>", "Prices of paper are falling", -13),
        ("Packaging Weekly <news@packaging-weekly.example>", "Who is at the fair in Valencia?", -6),
        ("Tren Rápido <ofertas@tren-rapido.example>", "20 % off your next journey", -9),
        ("Papelería Norte <tienda@papeleria-norte.example>", "Your parcel is on its way", -4),
        ("Professional Net <updates@pro-net.example>", "You have 3 new visitors", -2),
    )
    for number, (sender, subject, day) in enumerate(sent_out):
        yield Letter(
            sender=sender, at=days.at(day, f"05:{10 + number}"), subject=subject, why_not=NEWSLETTERS,
            html=f"<h1>{subject}</h1><p>You get this because you signed up.</p>", unread=number % 2 == 0,
            list_id=f"<list.{sender.partition('@')[2].rstrip('>')}>",
        )  # fmt: skip


def _strangers(days: Days) -> Iterator[Letter]:
    yield Letter(
        sender=f"Lukas Weber <{STRANGER}>", at=days.at(-10, "11:48"), subject="Re: Next welcome boxes",
        text="Hello Emma,\n\nrecycled paper, please.\n\nLukas\n", why_not=STRANGERS,
    )  # fmt: skip
    yield Letter(
        sender=EMMA, to=STRANGER, folder=SENT, at=days.at(-10, "12:10"), subject="Samples of paper",
        text="Hello Lukas,\n\nthey are in the post.\n\nEmma\n", why_not=STRANGERS,
    )  # fmt: skip
    yield Letter(
        sender="Dra. Marta Gil <consulta@dra-gil.example>", at=days.at(-7, "12:33"), subject="Your results",
        text="Dear Ms Ruiz, all is well.\n", files=(pdf("Results.pdf", "Private"),), why_not=STRANGERS, unread=True,
    )  # fmt: skip
    yield Letter(
        sender="Mamá <rosa.navarro@familia.example>", at=days.at(-3, "20:05"), subject="Sunday",
        text="Will you come for lunch? Ana Aguilar's mother asks, too.\n", why_not=STRANGERS,
    )  # fmt: skip
    yield Letter(
        sender="Mariana Urrutia <mariana.urrutia@soto-ferreteria.example>", at=days.at(-5, "09:40"),
        subject="For Javier", text="Please tell Javier that the screws are here.\n", why_not=OTHERS_CONTACT,
    )  # fmt: skip


def _own_company(days: Days) -> Iterator[Letter]:
    yield Letter(
        sender=_FROM_LUCIA, at=days.at(-8, "09:00"), subject="Figures of the quarter",
        text="Emma, please have yours ready by Friday.\n\nLucía\n", why_not=COLLEAGUES,
    )  # fmt: skip
    yield Letter(
        sender=EMMA, to=_FROM_LUCIA, folder=SENT, at=days.at(-7, "17:30"), subject="Re: Figures of the quarter",
        text="Here they are.\n", files=(pdf("Figures.pdf", "Confidential"),), why_not=COLLEAGUES,
    )  # fmt: skip
    yield Letter(
        sender=EMMA, to=EMMA, folder=INBOX, at=days.at(-6, "23:01"), subject="Do not forget: the dentist",
        text="Bring the card.\n", why_not=COLLEAGUES,
    )  # fmt: skip


def _put_away(days: Days) -> Iterator[Letter]:
    yield Letter(
        sender=EMMA, to=FROM_ANA, folder=DRAFTS, at=days.at(-1, "19:20"), subject="A better price?",
        text="Dear Ana,\n\nperhaps we could go down to\n", why_not=UNFINISHED,
    )  # fmt: skip
    yield Letter(
        sender=FROM_KAREN, folder=TRASH, at=days.at(-16, "10:00"), subject="Sent by mistake",
        text="Please delete this.\n", why_not=UNFINISHED,
    )  # fmt: skip
    yield Letter(
        sender="Prize Team <winner@lottery-prizes.example>", folder=JUNK, at=days.at(-12, "03:03"),
        subject="You have won", text="Send us your account number.\n", why_not=JUNK_MAIL, unread=True,
    )  # fmt: skip
    yield Letter(
        sender=FROM_ANA, folder=JUNK, at=days.at(-2, "03:30"), subject="Invoice overdue!!!",
        text="Pay at once, see the file.\n", files=(pdf("invoice.pdf", "Not from Ana"),),
        why_not=JUNK_MAIL, unread=True,
    )  # fmt: skip
    yield Letter(
        sender=FROM_ANA, at=days.at(-45, "10:00"), subject="Last year's boxes",
        text="Dear Emma,\n\nthe boxes of last year were too thin.\n\nAna\n", why_not=OLD,
    )  # fmt: skip
