"""What the messages in the user's own inbox say, in their language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fm_desktop.ui.texts import tr

if TYPE_CHECKING:
    from fm_desktop.notes import Words


def inbox_words() -> Words:
    """The values in braces stay as they are: they are filled in where a message is composed."""
    # Imported here: the icon need not wait for what composes messages.
    from fm_desktop.notes import Words

    return Words(
        one=tr("New in your calendar: {title}"),
        many=tr("{number} new events in your calendar"),
        all_day=tr("{day}, all day"),
        from_to=tr("{start} to {end}"),
        more=tr("and {number} more"),
        nameless=tr("(no title)"),
        whence=tr(
            "FM Desktop put this message into your own inbox; it was not sent to anybody. You can switch such messages "
            "off in its settings."
        ),
    )
