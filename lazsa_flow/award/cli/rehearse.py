"""``lazsa-flow rehearse`` of the award: with facts that hold, or rounds that the panel decides."""

from __future__ import annotations

from lazsa_flow.award.cli.options import HeldFacts, PanelDecides
from lazsa_flow.cli.foresight_options import RehearsedDate, RehearsedJournal, RehearsedReport
from lazsa_flow.cli.options import DEFAULT_DATABASE, ConfigDir, CountryFilter, Database, Json, Now
from lazsa_flow.cli.rehearse import show_rehearsal


def rehearse(
    on: RehearsedDate,
    now: Now = None,
    country: CountryFilter = None,
    facts: HeldFacts = "as-recorded",
    panel: PanelDecides = "as-recorded",
    journal: RehearsedJournal = None,
    report: RehearsedReport = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show what a date will bring, by running its timers on a copy; the database is only read.

    The copy holds what falls due until then, with the evidence that decides it, in a temporary
    file without free text and contacts. It is removed at the end. Each path has a class: its
    outcome is certain, depends on the panel, on facts or on both, or the seller cannot be awarded
    on this date whatever happens.

    Example: lazsa-flow rehearse --on 2026-10-01 --facts held
    """
    show_rehearsal(
        *(database, config, on, now, country, journal, report),
        as_json=as_json,
        assume={"facts": facts, "panel": panel},
    )
