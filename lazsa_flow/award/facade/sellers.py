"""Sellers as a whole: where one is, and which ids are theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.award import commands
from lazsa_flow.service.part import Part
from lazsa_flow.service.requestable import requestable

if TYPE_CHECKING:
    from lazsa_flow.award.commands.merging import MergedSellers
    from lazsa_flow.award.commands.seller_records import SellerRecord
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.replan import Planned


class Sellers(Part):
    """Commands about a seller that do not depend on their paths."""

    def seller_record(self, seller: str) -> SellerRecord:
        """Return every id of a seller, and in which country they are and were.

        Args:
            seller: Any of their ids.

        Raises:
            NotFoundError: There is no such seller.
        """
        return commands.seller_records.read_record(self._runtime.context, seller)

    def move_country(
        self,
        seller: str,
        country: str,
        *,
        actor: Actor,
        key: str | None = None,
        dry_run: bool = False,
    ) -> list[Planned]:
        """Move a seller to another country: team, title, zone and future instants.

        Args:
            seller: Who moves.
            country: The new country's code.
            actor: Who asks.
            key: The idempotency key.
            dry_run: Return what would move, and write nothing.

        Returns:
            Every timer that moved.

        Raises:
            NotFoundError: There is no such seller or country.
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        if dry_run:
            return self._dry_run(
                lambda own: own.move_country(seller, country, actor=actor, key=key)
            )
        return self._runtime.run_command(
            lambda context: commands.moving.move_country(
                context, seller, country, actor=actor, key=key
            )
        )

    @requestable("merge_sellers")
    def merge_sellers(
        self, old: str, new: str, *, actor: Actor, key: str | None = None, dry_run: bool = False
    ) -> MergedSellers:
        """Join two ids of one seller, whose id has changed: from now on either finds all of both.

        Both stay valid names. The paths of ``old`` are recorded under ``new`` and move to its
        country; country and contact of ``new`` hold. Standing that was lost under either is lost.

        Args:
            old: The id that was; it becomes an alias.
            new: The id that is.
            actor: Who asks.
            key: The idempotency key.
            dry_run: Return what would be joined, and write nothing.

        Returns:
            The ids, the seller's country, and the paths and timers that changed.

        Raises:
            NotFoundError: One of them is not known.
            ConflictError: They are one already, or both have an open path of one lifecycle, a
                sitting award or a membership; it names the paths.
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        if dry_run:
            return self._dry_run(lambda own: own.merge_sellers(old, new, actor=actor, key=key))
        return self._runtime.run_command(
            lambda context: commands.merging.merge_ids(context, old, new, actor=actor, key=key)
        )

    @requestable("unmerge_sellers")
    def unmerge_sellers(
        self, old: str, new: str, *, actor: Actor, key: str | None = None, dry_run: bool = False
    ) -> MergedSellers:
        """Undo a merge of two ids, for as long as no path of the seller has moved on it.

        The paths of ``old`` are recorded under it again, in its country. What was recorded
        meanwhile stays with the id that it was recorded of.

        Args:
            old: The id that was merged.
            new: The id that it was merged into.
            actor: Who asks.
            key: The idempotency key.
            dry_run: Return what would be parted, and write nothing.

        Returns:
            The ids, the seller's country, and the paths and timers that changed.

        Raises:
            NotFoundError: One of them is not known.
            ConflictError: They were not merged, or a path was opened or has moved since.
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        if dry_run:
            return self._dry_run(lambda own: own.unmerge_sellers(old, new, actor=actor, key=key))
        return self._runtime.run_command(
            lambda context: commands.merging.unmerge_ids(context, old, new, actor=actor, key=key)
        )
