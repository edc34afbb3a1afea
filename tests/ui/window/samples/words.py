"""The moment at which everything stands still, and the names that samples are made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fm_desktop.sync.store import utc_text

NOW = datetime(2026, 11, 25, 13, 42, tzinfo=UTC)

TITLES = (
    "Visit Acme Corporation", "Quarterly review", "Call Jordi Puig about the offer", "Lunch with Nordwind",
    "Send the contract to Hoffmann & Söhne", "Demo for Talleres Iriarte", "Trade fair Bilbao", "Team meeting",
    "Prepare price list", "Visit Olives del Sur: tasting and new price agreement for the coming season with everybody",
)  # fmt: skip
PEOPLE = (
    ("Ana Ruiz", "Acme Corporation", "ana.ruiz@acme.example"),
    ("Jordi Puig", "Talleres Iriarte", "jordi@iriarte.example"),
    ("Katharina Hoffmann", "Hoffmann & Söhne", "k.hoffmann@hoffmann-soehne.example"),
    ("Nordwind", "", "info@nordwind.example"),
    ("Lucía Fernández de la Vega y Montenegro-Larrañaga", "Olives del Sur Sociedad Cooperativa Andaluza",
     "lucia.fernandez.de.la.vega@olivesdelsur.example"),
    ("Tom Baker", "Blue Box Logistics", "tom@bluebox.example"),
)  # fmt: skip


def ago(**span: float) -> str:
    return utc_text(NOW - timedelta(**span))
