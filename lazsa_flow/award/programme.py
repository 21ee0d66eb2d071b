"""The programme: the service with the award's lifecycles, commands and questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow import service
from lazsa_flow.award.application import AwardApplication
from lazsa_flow.award.commands.turnover_record import TurnoverRecord
from lazsa_flow.award.facade.commands import Nominations
from lazsa_flow.award.facade.community import Community
from lazsa_flow.award.facade.foresight import AwardForesight
from lazsa_flow.award.facade.imports import Imports
from lazsa_flow.award.facade.irreversible import Irreversible
from lazsa_flow.award.facade.lists import AwardLists
from lazsa_flow.award.facade.panels import Panels
from lazsa_flow.award.facade.questions import AwardQuestions
from lazsa_flow.award.facade.sellers import Sellers
from lazsa_flow.award.rules.facts import Facts
from lazsa_flow.foresight.saved_nights import Nights
from lazsa_flow.foresight.started_nights import StartedNights
from lazsa_flow.service.entrance import checked_with, instance_of
from lazsa_flow.service.part import exposed
from lazsa_flow.service.service import FlowService

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from lazsa_flow.service.list_rows import Listed, Page
    from lazsa_flow.viewer.extra_pages import OverviewParts
    from lazsa_flow.viewer.list_page import ListPage, PageContext


@checked_with(
    {
        "Facts": instance_of(Facts, "a Facts, as the host makes it"),
        "TurnoverRecord": instance_of(TurnoverRecord, "a TurnoverRecord"),
    }
)
class Programme(FlowService):
    """The award programme on one database: a service, with what is the award's own.

    Open it with :meth:`open`; close it, or use it as a context manager, to release connections.
    """

    _application = AwardApplication()

    def __viewer_pages__(self) -> Sequence[ListPage]:
        """Return the lists that the viewer shows besides those of every service."""
        from lazsa_flow.award.viewer_pages import PAGES

        return PAGES

    def __viewer_overview__(self, context: PageContext) -> OverviewParts:
        """Return the award's figures on the viewer's first page."""
        from lazsa_flow.award.viewer_figures import write_overview_parts

        return write_overview_parts(context)

    # -- nominations, cases, Reconnect, trainers, applications for a store
    nominate = exposed(Nominations.nominate)
    complete_nomination = exposed(Nominations.complete_nomination)
    withdraw_nomination = exposed(Nominations.withdraw_nomination)
    open_case = exposed(Nominations.open_case)
    close_case = exposed(Nominations.close_case)
    reconnect_step = exposed(Nominations.reconnect_step)
    consent = exposed(Nominations.consent)
    invite_trainer = exposed(Nominations.invite_trainer)
    record_shown = exposed(Nominations.record_shown)
    apply_entry = exposed(Nominations.apply_entry)

    # -- panels and appeals
    assign_reviewers = exposed(Panels.assign_reviewers)
    unassign_reviewer = exposed(Panels.unassign_reviewer)
    remind_reviewers = exposed(Panels.remind_reviewers)
    set_aside_card = exposed(Panels.set_aside_card)
    score = exposed(Panels.score)
    recuse = exposed(Panels.recuse)
    appeal = exposed(Panels.appeal)
    appeals = exposed(Panels.appeals)
    panel_cards = exposed(Panels.panel_cards)

    # -- announcements and perks
    announce = exposed(Community.announce)
    announcements = exposed(Community.announcements)
    announcement = exposed(Community.announcement)
    title = exposed(Community.title)
    perks_due = exposed(Community.perks_due)
    give_perk = exposed(Community.give_perk)
    record_taken_out = exposed(Community.record_taken_out)

    # -- files and rows of the host's
    import_facts = exposed(Imports.import_facts)
    import_nominations = exposed(Imports.import_nominations)
    import_scorecards = exposed(Imports.import_scorecards)
    import_turnover = exposed(Imports.import_turnover)
    import_contacts = exposed(Imports.import_contacts)
    record_facts = exposed(Imports.record_facts)
    imports = exposed(Imports.imports)

    # -- sellers as a whole
    seller_record = exposed(Sellers.seller_record)
    move_country = exposed(Sellers.move_country)
    merge_sellers = exposed(Sellers.merge_sellers)
    unmerge_sellers = exposed(Sellers.unmerge_sellers)
    suspend_cycle = exposed(Irreversible.suspend_cycle)
    lift_suspension = exposed(Irreversible.lift_suspension)
    erase = exposed(Irreversible.erase)
    readmit = exposed(Irreversible.readmit)
    purge = exposed(Irreversible.purge)

    # -- questions
    panel = exposed(AwardQuestions.panel)
    panel_gaps = exposed(AwardQuestions.panel_gaps)
    entitlements = exposed(AwardQuestions.entitlements)
    badge = exposed(AwardQuestions.badge)
    hall_of_fame = exposed(AwardQuestions.hall_of_fame)
    contact = exposed(AwardQuestions.contact)
    outcome = exposed(AwardQuestions.outcome)
    members = exposed(AwardQuestions.members)
    check_entry = exposed(AwardQuestions.check_entry)

    # -- what is to come
    rehearse = exposed(AwardForesight.rehearse)
    save_rehearsal = exposed(AwardForesight.save_rehearsal)
    nights = exposed(Nights.nights)
    night = exposed(Nights.night)
    approve_night = exposed(Nights.approve_night)
    start_night = exposed(StartedNights.start_night)
    set_pace = exposed(StartedNights.set_pace)
    pause_night = exposed(StartedNights.pause_night)
    resume_night = exposed(StartedNights.resume_night)
    started_night = exposed(StartedNights.started_night)
    started_nights = exposed(StartedNights.started_nights)
    waiting_dates = exposed(StartedNights.waiting_dates)
    compare_policies = exposed(AwardForesight.compare_policies)

    # -- the lists that a country team works by
    find_sellers = exposed(AwardLists.find_sellers)
    today = exposed(AwardLists.today)
    facts_gaps = exposed(AwardLists.facts_gaps)
    reviewers = exposed(AwardLists.reviewers)
    stats = exposed(AwardLists.stats)
    cases = exposed(AwardLists.cases)

    def find_all(
        self,
        *,
        lifecycle: str | None = None,
        state: str | None = None,
        country: str | None = None,
        cycle: date | None = None,
        reason: str | None = None,
        unmet: str | None = None,
        facts: Sequence[str] = (),
        missing_reviewer: str | None = None,
        since: datetime | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[Listed]:
        """List paths, newest first, a page at a time.

        Args:
            lifecycle: Of this lifecycle.
            state: In this state.
            country: In this country.
            cycle: In the round of this cycle date.
            reason: Whose last move has this reason code.
            unmet: On which this guard is unmet: of an open path today, before its next award or
                renewal; of another at its last move.
            facts: Open paths whose seller's facts are, on the date judged, one of ``missing``,
                ``stale``, ``incomplete`` and ``current``.
            missing_reviewer: Paths in an open round that this reviewer, who sits on its panel, has
                neither scored nor recused themselves from.
            since: Which entered their state at or after this instant, aware.
            after: The reference of the last path of the page before.
            limit: At most so many, up to 1,000.

        Returns:
            The page: a sequence of rows, with ``after`` for the next page, and ``why_empty``.

        Raises:
            NotFoundError: There is no such lifecycle, state, country, reason, guard or path.
            InputError: Another argument is wrong.
        """
        filters = service.listing.Filters(
            *(lifecycle, state, country, cycle, reason, unmet),
            *(tuple(facts), missing_reviewer, since),
        )
        return service.listing.find_paths(self._runtime.context, filters, after=after, limit=limit)
