"""``lazsa-flow rehearse`` of the award: with facts that hold, or rounds that the panel decides."""

from __future__ import annotations

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import HeldFacts, PanelDecides
from lazsa_flow.cli.common import read_instant
from lazsa_flow.cli.foresight_options import (
    RehearsedDate,
    RehearsedJournal,
    RehearsedPolicy,
    RehearsedReport,
    SavedBy,
    SaveKey,
    SaveName,
)
from lazsa_flow.cli.options import DEFAULT_DATABASE, ConfigDir, CountryFilter, Database, Json, Now
from lazsa_flow.cli.rehearse import (
    check_files,
    read_date,
    read_only,
    read_saving,
    show_rehearsal,
    show_saved,
)


def rehearse(
    on: RehearsedDate,
    now: Now = None,
    country: CountryFilter = None,
    facts: HeldFacts = "as-recorded",
    panel: PanelDecides = "as-recorded",
    policy: RehearsedPolicy = None,
    journal: RehearsedJournal = None,
    report: RehearsedReport = None,
    save: SaveName = None,
    who: SavedBy = None,
    key: SaveKey = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show what a date will bring, by running its timers on a copy.

    The copy holds what falls due until then, with the evidence that decides it, in a temporary
    file without free text and contacts. It is removed at the end. Each path has a class: its
    outcome is certain, depends on the panel, on facts or on both, or the seller cannot be awarded
    on this date whatever happens. The database is only read, unless --save puts what was found
    into it, to be approved by ``night approve``.

    Example: lazsa-flow rehearse --on 2026-10-01 --facts held
    """
    from lazsa_flow.cli.progress import working_bar

    check_files(journal, report)
    saving = read_saving(save, who, key, policy)
    day, at = read_date(on), read_instant(now, "now")
    if saving is None:
        with working_bar("rehearse"), open_programme(read_only(database), config) as programme:
            found = programme.rehearse(
                on=day, now=at, country=country, facts=facts, panel=panel, policy=policy
            )
        show_rehearsal(found, journal, report, as_json=as_json)
        return
    with working_bar("rehearse"), open_programme(database, config) as programme:
        saved = programme.save_rehearsal(
            saving.name,
            actor=saving.actor,
            on=day,
            now=at,
            country=country,
            facts=facts,
            panel=panel,
            key=saving.key,
        )
    show_saved(saved, journal, report, as_json=as_json)
