"""Colours people can read: the contrasts of WCAG 2.2, in both schemes."""

from dataclasses import fields

import pytest

from fm_desktop.ui.theme import DARK, LIGHT, Colours, Tone

SCHEMES = [pytest.param(LIGHT, id="light"), pytest.param(DARK, id="dark")]
TEXT, GRAPHIC = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11, level AA


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", SCHEMES)
def test_text_is_readable_on_every_ground(colours: Colours):
    grounds = {"window": colours.window, "surface": colours.surface, "raised": colours.raised}
    for tone in Tone:
        grounds[tone.value] = colours.ground(tone)
        assert contrast(colours.ink(tone), colours.ground(tone)) >= TEXT, tone
        for name in ("window", "surface", "raised"):
            assert contrast(colours.ink(tone), grounds[name]) >= TEXT, (tone, name)
    for name, ground in grounds.items():
        assert contrast(colours.text, ground) >= TEXT, name
    for name in ("window", "surface", "raised"):
        assert contrast(colours.muted, grounds[name]) >= TEXT, name
    assert contrast(colours.on_accent, colours.accent) >= TEXT
    assert contrast(colours.on_accent, colours.accent_hover) >= TEXT
    assert contrast(colours.on_selection, colours.selection) >= TEXT
    for ground in (colours.border, colours.sidebar, colours.sidebar_chosen):
        assert contrast(colours.text, ground) >= TEXT
    for ground in (colours.sidebar, colours.sidebar_chosen):
        assert contrast(colours.muted, ground) >= TEXT


@pytest.mark.parametrize("colours", SCHEMES)
def test_the_outlines_of_controls_and_the_focus_can_be_seen(colours: Colours):
    for ground in (colours.window, colours.surface):
        assert contrast(colours.control_border, ground) >= GRAPHIC
        assert contrast(colours.focus, ground) >= GRAPHIC
        assert contrast(colours.accent, ground) >= GRAPHIC


@pytest.mark.parametrize("colours", SCHEMES)
def test_colours_are_plain_hex_values(colours: Colours):
    for each in fields(colours):
        value = getattr(colours, each.name)
        assert len(value) == 7
        int(value[1:], 16)
