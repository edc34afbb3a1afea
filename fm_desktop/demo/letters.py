"""Emma's mail of the last weeks with her contacts and accounts, all of which ForceManager must hold in the end.

She sells packaging. Contacts and accounts are those of the sandbox's sample data.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC

from fm_desktop.demo.letter import ARCHIVE, CUSTOMERS, EMMA, SENT, Letter
from fm_desktop.demo.opening import STRANGER, Days
from fm_desktop.demo.papers import pdf, picture, sheet

ANA, OSCAR, HUGO = "Ana Aguilar", "Óscar Knight", "Hugo Fuentes"
MIGUEL, KAREN, NURIA, TOMAS = "Miguel Delgado", "Karen Young", "Nuria Ospina", "Tomás Márquez"
PATRICIA, BAKERY, XIMENA = "Patricia Vidal", "Panificadora La Espiga", "Ximena Santos"

FROM_ANA = f"{ANA} <ana.aguilar@riberaalta.example>"
FROM_OSCAR = f"{OSCAR} <oscar.knight@riberaalta.example>"
# His second address in ForceManager.
FROM_HUGO = f"{HUGO} <hugo1@mail.example>"
FROM_MIGUEL = f"{MIGUEL} <Miguel.Delgado@Sonrie.example>"
FROM_KAREN = f"{KAREN} <karen.young@meseta-logistica.example>"
FROM_NURIA = f"{NURIA} <nuria.ospina@puertadelnorte.example>"
# From home: his third address.
FROM_TOMAS = f"{TOMAS} <tomas.marquez@home.example>"
FROM_PATRICIA = f"{PATRICIA} <patricia.vidal@laespiga.example>"
FROM_BAKERY = f"{BAKERY} <info@laespiga.example>"
FROM_XIMENA = f"{XIMENA} <ximena.santos@orellana.example>"

_ANA_ASKED, _TASTING = "<asked.1@riberaalta.example>", "<tasting.1@example.com>"


def letters(days: Days) -> tuple[Letter, ...]:
    return (*_cellar(days), *_large_ones(days), *_orders(days), *_accounts(days))


def _cellar(days: Days) -> Iterator[Letter]:
    """With Bodegas Ribera Alta: question, offer, answer; two contacts on one message."""
    yield Letter(
        sender=FROM_ANA, at=days.at(-18, "09:12"), subject="Boxes for the new vintage", message_id=_ANA_ASKED,
        text="Dear Emma,\n\nwe bottle in February and need boxes for 12,000 bottles. What would you propose?\n\nAna\n",
        logged_for=(ANA,),
    )  # fmt: skip
    yield Letter(
        sender=EMMA, to=FROM_ANA, folder=SENT, at=days.at(-17, "16:40"), subject="Re: Boxes for the new vintage",
        text="Dear Ana,\n\nthe offer is attached, with a table of all sizes.\n\nKind regards\nEmma\n",
        files=(
            pdf("Offer 2027 - Bodegas Ribera Alta.pdf", "Offer 2027", "2,000 boxes for six bottles: 1,180 EUR"),
            sheet("Sizes.csv", [("box", "bottles", "EUR"), ("S", 3, 0.41), ("M", 6, 0.59), ("L", 12, 0.98)]),
        ),
        answers=_ANA_ASKED, logged_for=(ANA,),
    )  # fmt: skip
    yield Letter(
        sender=EMMA, to=f"{FROM_ANA}, {FROM_OSCAR}", folder=SENT, at=days.at(-12, "11:05"),
        subject="Harvest boxes: the dates",
        text="Dear Ana, dear Óscar,\n\nboxes leave our plant on the 14th and are with you on the 16th.\n\nEmma\n",
        logged_for=(ANA, OSCAR), special="to two contacts",
    )  # fmt: skip
    yield Letter(
        sender=FROM_HUGO, at=days.at(-9, "21:30"), subject="Etiquetas: diseño y año", folder=CUSTOMERS,
        text="Hola Emma,\n\n¿puedes enviarme el diseño de las etiquetas? El año tiene que verse mejor.\n\nHugo\n",
        charset="iso-8859-1", logged_for=(HUGO,),
    )  # fmt: skip
    yield Letter(
        sender=FROM_ANA, at=days.at(-5, "10:20"), subject="Our label", unread=True,
        text="Dear Emma,\n\nthe label as a picture, and what the printer says about it.\n\nAna\n",
        files=(
            picture("Etiqueta Año Nuevo.png", 120, 80, (110, 20, 45)),
            pdf("Prüfbericht Größe XL.pdf", "Test report", "Size XL holds 22 kg."),
        ),
        logged_for=(ANA,),
    )  # fmt: skip
    yield Letter(
        sender=EMMA, to=FROM_ANA, bcc=FROM_HUGO, folder=SENT, at=days.at(-4, "12:00"), subject="Tasting on Friday",
        text="Dear Ana,\n\nI gladly come to the tasting.\n\nEmma\n", message_id=_TASTING, logged_for=(ANA, HUGO),
    )  # fmt: skip
    yield Letter(
        sender=FROM_OSCAR, at=days.at(-3, "08:55"), subject="Walk through the cellar", invitation=_invitation(days),
        text="I would like to show you where the boxes are stored.\n", logged_for=(OSCAR,), special="an invitation",
    )  # fmt: skip


def _large_ones(days: Days) -> Iterator[Letter]:
    """What is too long for ForceManager, and what is a page with pictures."""
    points = "".join(
        f"{number}. The box for {6 * number} bottles has to stand in the cold store for {number % 5 + 2} weeks without "
        "getting soft, and the print must not come off when it is wiped.\n\n"
        for number in range(1, 42)
    )
    yield Letter(
        sender=FROM_ANA, at=days.at(-8, "17:45"), subject="Everything we want from the new boxes",
        text=f"Dear Emma,\n\nyou asked what matters to us. Here it is, in full:\n\n{points}Best wishes\nAna\n",
        logged_for=(ANA,), special="longer than ForceManager takes",
    )  # fmt: skip
    yield Letter(
        sender=FROM_KAREN, at=days.at(-6, "07:58"), subject="Damaged pallets",
        html="<html><body><p>Hello Emma,</p><p>three pallets were <b>damaged</b> when they arrived. The list:</p>"
        "<ul><li>Madrid: two pallets</li><li>Toledo: one pallet</li></ul><p>Karen Young<br>Grupo Log&iacute;stico "
        'Meseta</p><img src="cid:picture" alt="Meseta"></body></html>',
        said="three pallets were damaged when they arrived",
        picture=picture("logo.png", 160, 40, (20, 90, 150)),
        files=(sheet("Pallets.csv", [("place", "pallets"), ("Madrid", 2), ("Toledo", 1)]),),
        logged_for=(KAREN,), special="a page with a logo in it",
    )  # fmt: skip
    yield Letter(
        sender=EMMA, to=FROM_KAREN, folder=SENT, at=days.at(-6, "09:15"), subject="Re: Damaged pallets",
        text="Hello Karen,\n\nnew pallets leave today. I am sorry for the trouble.\n\nEmma\n", logged_for=(KAREN,),
    )  # fmt: skip


def _orders(days: Days) -> Iterator[Letter]:
    yield Letter(
        sender=FROM_MIGUEL, at=days.at(-15, "13:02"), subject="Small boxes for aligners",
        text="Good afternoon,\n\ndo you also make very small boxes, about the size of a hand?\n\nMiguel Delgado\n",
        logged_for=(MIGUEL,),
    )  # fmt: skip
    yield Letter(
        sender=EMMA, to=FROM_MIGUEL, folder=SENT, at=days.at(-14, "10:10"), subject="Re: Small boxes for aligners",
        text="Dear Miguel,\n\nwe do, from 500 pieces. The leaflet is attached.\n\nEmma\n",
        files=(pdf("Small boxes.pdf", "Small boxes", "From 500 pieces"),), logged_for=(MIGUEL,),
    )  # fmt: skip
    order = Letter(
        sender=FROM_NURIA, at=days.at(-11, "15:25"), subject="Order 2041: thank you",
        message_id="<order.2041@puertadelnorte.example>",
        text="Dear Emma,\n\nthe welcome boxes came in time. Our guests like them.\n\nNuria\n", logged_for=(NURIA,),
        special="in two folders",
    )  # fmt: skip
    yield order
    yield replace(order, folder=ARCHIVE, special="")
    yield Letter(
        sender=EMMA, to=f"{FROM_NURIA}, {STRANGER}", folder=SENT, at=days.at(-10, "09:30"),
        subject="Next welcome boxes",
        text="Dear Nuria, dear Lukas,\n\nlet us choose the paper for the next ones together.\n\nEmma\n",
        logged_for=(NURIA,),
    )  # fmt: skip
    yield Letter(
        sender=FROM_TOMAS, at=days.at(-2, "22:14"), subject="Proofs are late",
        text="Emma, I write from home: the proofs come on Thursday only. Sorry!\nTomás\n",
        logged_for=(TOMAS,), unread=True,
    )  # fmt: skip


def _accounts(days: Days) -> Iterator[Letter]:
    """Addresses of a company, behind which there is no single person."""
    yield Letter(
        sender=FROM_BAKERY, at=days.at(-13, "06:31"), subject="Holiday in the bakery",
        text="We are closed from the 1st to the 6th.\n", logged_for=(BAKERY,),
    )  # fmt: skip
    yield Letter(
        sender=EMMA, to=FROM_BAKERY, cc=FROM_PATRICIA, folder=SENT, at=days.at(-13, "08:20"),
        subject="Re: Holiday in the bakery", text="Thank you, we deliver on the 7th.\n\nEmma\n", logged_for=(PATRICIA,),
    )  # fmt: skip
    yield Letter(
        sender=EMMA, to=FROM_BAKERY, folder=SENT, at=days.at(-7, "14:00"), subject="Bread bags: reminder",
        text="Good morning,\n\nmay I ask for the delivery note once more?\n\nEmma\n", logged_for=(BAKERY,),
    )  # fmt: skip
    yield Letter(
        sender=FROM_XIMENA, at=days.at(-1, "18:48"), subject="Gift boxes for rings", unread=True,
        text="Dear Emma,\n\nplease send me samples in dark blue.\n\nXimena Santos\nJoyería Orellana\n",
        logged_for=(XIMENA,),
    )  # fmt: skip


def _invitation(days: Days) -> str:
    start, written = days.at(9, "10:00"), days.at(-3, "08:55").astimezone(UTC)
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Ribera Alta//Calendar//EN", "METHOD:REQUEST", "BEGIN:VEVENT",
        "UID:cellar@riberaalta.example", f"DTSTAMP:{written:%Y%m%dT%H%M%SZ}",
        f"DTSTART;TZID=Europe/Madrid:{start:%Y%m%dT%H%M%S}", "DURATION:PT1H", "SUMMARY:Walk through the cellar",
        "ORGANIZER:mailto:oscar.knight@riberaalta.example", "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:emma@example.com",
        "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    return "\r\n".join(lines)
