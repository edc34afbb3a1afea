"""Mail that comes and goes after the first sync, while FM Desktop is there."""

from __future__ import annotations

from datetime import datetime, timedelta

from fm_desktop.demo.letter import EMMA, SENT, Letter
from fm_desktop.demo.letters import ANA, FROM_ANA, FROM_OSCAR, NURIA, OSCAR
from fm_desktop.demo.opening import STRANGER
from fm_desktop.demo.papers import pdf
from fm_desktop.demo.shown import ZONE

# Her second address in ForceManager.
_FROM_NURIA = f"{NURIA} <nuria19@mail.example>"


def new_letters() -> tuple[Letter, ...]:
    """Both ways, of this moment; and what must not be logged."""
    now = datetime.now(ZONE).replace(microsecond=0)
    return (
        Letter(
            sender=FROM_ANA, at=now - timedelta(minutes=4), subject="Our order for 2027", unread=True,
            text="Dear Emma,\n\nwe take it. The signed order is attached.\n\nAna\n",
            files=(pdf("Order 2027 (signed).pdf", "Order 2027", "Signed by Ana Aguilar"),), logged_for=(ANA,),
        ),
        Letter(
            sender=EMMA, to=FROM_ANA, cc=FROM_OSCAR, folder=SENT, at=now - timedelta(minutes=2),
            subject="Re: Our order for 2027", text="Thank you both! It goes to the plant today.\n\nEmma\n",
            logged_for=(ANA, OSCAR),
        ),
        Letter(
            sender=_FROM_NURIA, at=now - timedelta(minutes=1), subject="Coffee?", unread=True,
            html="<p>Hello Emma,</p><p>I am in town <i>on Thursday</i>. Coffee?</p><p>Nuria</p>",
            said="I am in town on Thursday.", logged_for=(NURIA,),
        ),
        Letter(
            sender=f"Lukas Weber <{STRANGER}>", at=now, subject="Invoice for the paper", unread=True,
            text="Hello Emma,\n\nthe invoice follows.\n\nLukas\n", why_not="A stranger",
        ),
        Letter(
            sender="Javier Ortega <javier@example.com>", at=now, subject="Lunch?", unread=True,
            text="At two?\n\nJavier\n", why_not="A colleague",
        ),
    )  # fmt: skip
