"""Commands of the award programme, each in one transaction with its permission.

Each module is imported with the first of its commands; see :mod:`lazsa_flow.lazy_modules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lazsa_flow.award.commands import announcements as announcements
    from lazsa_flow.award.commands import appeal_list as appeal_list
    from lazsa_flow.award.commands import appeals as appeals
    from lazsa_flow.award.commands import assuming as assuming
    from lazsa_flow.award.commands import cases as cases
    from lazsa_flow.award.commands import conduct_bars as conduct_bars
    from lazsa_flow.award.commands import contact_imports as contact_imports
    from lazsa_flow.award.commands import country_day as country_day
    from lazsa_flow.award.commands import decision_row as decision_row
    from lazsa_flow.award.commands import erasure as erasure
    from lazsa_flow.award.commands import facts_age as facts_age
    from lazsa_flow.award.commands import facts_gaps as facts_gaps
    from lazsa_flow.award.commands import group_exits as group_exits
    from lazsa_flow.award.commands import import_kinds as import_kinds
    from lazsa_flow.award.commands import import_result as import_result
    from lazsa_flow.award.commands import import_runs as import_runs
    from lazsa_flow.award.commands import imports as imports
    from lazsa_flow.award.commands import merging as merging
    from lazsa_flow.award.commands import moving as moving
    from lazsa_flow.award.commands import nomination_window as nomination_window
    from lazsa_flow.award.commands import nominations as nominations
    from lazsa_flow.award.commands import panel_gauges as panel_gauges
    from lazsa_flow.award.commands import panels as panels
    from lazsa_flow.award.commands import perk_giving as perk_giving
    from lazsa_flow.award.commands import reviewing as reviewing
    from lazsa_flow.award.commands import round_stats as round_stats
    from lazsa_flow.award.commands import scorecard_imports as scorecard_imports
    from lazsa_flow.award.commands import scoring as scoring
    from lazsa_flow.award.commands import seats as seats
    from lazsa_flow.award.commands import seller_lists as seller_lists
    from lazsa_flow.award.commands import seller_records as seller_records
    from lazsa_flow.award.commands import set_aside as set_aside
    from lazsa_flow.award.commands import statements as statements
    from lazsa_flow.award.commands import store_entry as store_entry
    from lazsa_flow.award.commands import store_entry_checks as store_entry_checks
    from lazsa_flow.award.commands import store_entry_receipts as store_entry_receipts
    from lazsa_flow.award.commands import suspensions as suspensions
    from lazsa_flow.award.commands import trainers as trainers
else:
    from lazsa_flow.lazy_modules import import_submodule

    def __getattr__(name: str) -> object:
        """Import a module of the package."""
        return import_submodule(__name__, name)
