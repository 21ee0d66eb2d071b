"""Announcements to ambassadors and members, and the perks that a team gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazsa_flow.award import commands
from lazsa_flow.award.titles import title_of
from lazsa_flow.service.part import Part

if TYPE_CHECKING:
    from lazsa_flow.award.commands.announcements import Announced, Announcement
    from lazsa_flow.award.commands.perk_giving import OneOffPerk
    from lazsa_flow.lifecycle.model import Actor, Path


class Community(Part):
    """Announcements and perks."""

    def announce(
        self,
        title: str,
        text: str,
        *,
        audience: str,
        kind: str,
        link: str | None = None,
        country: str | None = None,
        actor: Actor,
        key: str | None = None,
        dry_run: bool = False,
    ) -> Announced:
        """Announce something to each ambassador or member who has the perk that it requires.

        It goes out through the outbox, once to each who still has the perk when it is sent. If
        members get it, it is posted in their country's group as well.

        Args:
            title: One line.
            text: Paragraphs; they are not personal data, and appear in no log.
            audience: ``ambassadors``, ``members`` or ``both``.
            kind: ``product_update`` requires the perk ``product_updates``, ``event`` for
                ``ambassador_events``, ``campaign`` for ``invitations`` of ambassadors and
                ``campaign_updates`` of members, ``case_studies`` for ``case_study_videos``.
            link: Where to read more, ``https`` alone.
            country: Only to this country; a team's own by default, else to all.
            actor: The local team, or a manager.
            key: The idempotency key.
            dry_run: Return its recipients, and write nothing.

        Returns:
            Its number and recipients.

        Raises:
            InputError: Title, text, link, audience or kind cannot be taken.
            NotFoundError: There is no such country.
            NotAllowedError: The actor may not.
            KeyReusedError: The key was used for another command.
        """
        given: dict[str, Any] = {"audience": audience, "kind": kind, "link": link}
        given |= {"country": country, "actor": actor, "key": key}
        if dry_run:
            return self._dry_run(lambda own: own.announce(title, text, **given))
        return self._runtime.run_command(
            lambda context: commands.announcements.send_announcement(context, title, text, **given)
        )

    def announcements(self, *, country: str | None = None) -> list[Announcement]:
        """List announcements, newest first, with what became of their notices.

        Args:
            country: Those for this country alone; all there are by default.
        """
        return commands.announcements.find_announcements(self._runtime.context, country)

    def announcement(self, number: int) -> Announcement:
        """Return one announcement, with what became of its notices.

        Args:
            number: The announcement's number.

        Raises:
            NotFoundError: There is none of this number.
        """
        return commands.announcements.find_announcement(self._runtime.context, number)

    def title(self, path: Path) -> str | None:
        """Return the present title of a path's seller; none without a sitting award.

        Args:
            path: The path.
        """
        return title_of(self._runtime.context, path, self._runtime.clock.now())

    def record_taken_out(
        self, seller: str, *, actor: Actor, key: str | None = None, dry_run: bool = False
    ) -> str:
        """Record that a former member of Reconnect was taken out of the group; once a membership.

        Args:
            seller: The seller who has left Reconnect.
            actor: The local team, or a manager.
            key: The idempotency key.
            dry_run: Return what would be recorded, and write nothing.

        Returns:
            The path of the membership.

        Raises:
            NotFoundError: The seller is not known.
            NotAllowedError: The actor may not.
            ConflictError: The seller is a member or never was one, or it was recorded of this
                membership; it names by whom and when.
            KeyReusedError: The key was used for another command.
        """
        if dry_run:
            return self._dry_run(lambda own: own.record_taken_out(seller, actor=actor, key=key))
        return self._runtime.run_command(
            lambda context: commands.group_exits.record_taken_out(
                context, seller, actor=actor, key=key
            )
        )

    def perks_due(self, country: str, *, given: bool = False) -> list[OneOffPerk]:
        """List a country's one-off perks that are still to be given, the oldest tenures first.

        Args:
            country: Which country's.
            given: Whether to list those that were given as well, with who recorded it and when.
        """
        return commands.perk_giving.perks_due(self._runtime.context, country, given=given)

    def give_perk(
        self,
        seller: str,
        perk: str,
        *,
        actor: Actor,
        key: str | None = None,
        dry_run: bool = False,
    ) -> OneOffPerk:
        """Record that a one-off perk of a seller's latest tenure was given; once a tenure.

        Args:
            seller: The seller who gets it.
            perk: ``award_kit``, ``executive_certificate``, ``recognition_day`` or
                ``immersion_trip``.
            actor: The local team, or a manager.
            key: The idempotency key.
            dry_run: Return what would be recorded, and write nothing.

        Returns:
            The perk as it is recorded.

        Raises:
            InputError: There is no such one-off perk.
            NotFoundError: The seller is not known.
            NotAllowedError: The actor may not.
            ConflictError: The seller has never held the award, or the perk was given in this
                tenure; it names by whom and when.
            KeyReusedError: The key was used for another command.
        """
        if dry_run:
            return self._dry_run(lambda own: own.give_perk(seller, perk, actor=actor, key=key))
        return self._runtime.run_command(
            lambda context: commands.perk_giving.give_perk(
                context, seller, perk, actor=actor, key=key
            )
        )
