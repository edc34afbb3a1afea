"""What both protocols of Microsoft name alike."""

from __future__ import annotations

from fm_desktop.mailport import Role

FOLDERS = {
    Role.INBOX: "inbox", Role.SENT: "sentitems", Role.DRAFTS: "drafts", Role.JUNK: "junkemail",
    Role.TRASH: "deleteditems",
}  # fmt: skip
