"""Transactions of the award: what its commands read and write besides those of any lifecycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.award.store.announcements import AnnouncementSide
from lazsa_flow.award.store.assumed import AssumedSide
from lazsa_flow.award.store.conduct_bars import ConductBarSide
from lazsa_flow.award.store.evidence import EvidenceSide
from lazsa_flow.award.store.panel_rows import PanelSide
from lazsa_flow.award.store.tenure_rows import TenureSide

if TYPE_CHECKING:
    from lazsa_flow.award.store.inspection import AwardInspection


class AwardTransaction(
    EvidenceSide, PanelSide, TenureSide, AnnouncementSide, ConductBarSide, AssumedSide
):
    """One transaction on the award's database."""

    def inspect(self) -> AwardInspection:
        """Return what asks whether schema and rows are sound."""
        from lazsa_flow.award.store.inspection import AwardInspection

        return AwardInspection(self._connection)
