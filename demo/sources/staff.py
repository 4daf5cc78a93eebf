"""The company's own people who answer customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

AGENTS = (
    ("Saara Kuutti", "saara.kuutti@aurinkolahti.example"),
    ("Mikael Öhberg", "mikael.ohberg@aurinkolahti.example"),
    ("Pinja Alatörmä", "pinja.alatorma@aurinkolahti.example"),
    ("Jesse Vänttinen", "jesse.vanttinen@aurinkolahti.example"),
    ("Ann-Sofi Åhls", "ann-sofi.ahls@aurinkolahti.example"),
)
SERVICE_NUMBER = "+358753000100"


def agent(rng: random.Random) -> dict[str, str]:
    """Who answers: name and e-mail address."""
    name, email = rng.choice(AGENTS)
    return {"name": name, "email": email}
