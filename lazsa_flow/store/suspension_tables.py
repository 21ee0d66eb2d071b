"""Tables of suspended cycles: those in force, and those that were lifted."""

from __future__ import annotations

from lazsa_flow.store import columns

suspensions = columns.table(
    "suspensions",
    columns.text("country", primary_key=True),
    columns.day("cycle_on", primary_key=True),
    columns.text("actor"),
    columns.instant("recorded_at"),
)
"""Cycle dates that a country does not hold."""

lifted_suspensions = columns.table(
    "lifted_suspensions",
    columns.number(),
    columns.text("country"),
    columns.day("cycle_on"),
    columns.text("actor"),
    columns.instant("recorded_at"),
    columns.text("lifted_by"),
    columns.instant("lifted_at"),
)
"""Suspensions that are in force no more, with who had suspended the cycle and when."""
