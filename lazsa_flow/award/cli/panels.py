"""``lazsa-flow panel``: seats of a panel, its candidates, and cards that are set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import (
    CandidateClass,
    Flags,
    Incomplete,
    Reviewer,
    Seats,
    SetAsideReason,
)
from lazsa_flow.cli.common import console, find_runtime, print_json, print_result, read_actor
from lazsa_flow.cli.default_group import group_with_default
from lazsa_flow.cli.documents import to_json
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    After,
    As,
    ConfigDir,
    CountryCode,
    Csv,
    CycleDate,
    Database,
    DryRun,
    Json,
    Key,
    Limit,
    PathRef,
    RoleCountry,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from lazsa_flow.award.commands.panels import Candidate
    from lazsa_flow.award.rules.panel import RecordedCard

panel = typer.Typer(
    help="Panels: seats, what is still to judge, and cards set aside.",
    no_args_is_help=True,
    cls=group_with_default("list"),
)


def _parse_cycle(text: str) -> date:
    from lazsa_flow.lifecycle.calendar import parse_date

    return parse_date(text, where="argument", field="CYCLE")


@panel.command("list")
def list_(
    country: CountryCode,
    cycle: CycleDate,
    incomplete: Incomplete = False,
    flags: Flags = False,
    class_: CandidateClass = None,
    after: After = None,
    limit: Limit = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_csv: Csv = False,
    as_json: Json = False,
) -> None:
    """List whom a panel has to judge, what is missing for each, and who may not review them.

    Example: lazsa-flow panel list PH 2027-04-01
    """
    from lazsa_flow.award.cli import panel_list
    from lazsa_flow.cli.tables import print_more

    day = _parse_cycle(cycle)
    panel_list.check_class(class_)
    with open_programme(database, config) as programme:
        find_runtime(programme).context.country(country)
        found = programme.panel(
            country, day, after=after, limit=limit and limit + 1, classes=class_ is not None
        )
        held = find_runtime(programme).rulebook.calendar(country).is_cycle(day)
    more = limit is not None and len(found) > limit
    found = found[:limit]
    shown = _choose_candidates(found, class_, incomplete=incomplete)
    if as_json:
        print_json(to_json(shown))
        return
    if as_csv:
        panel_list.print_candidates_csv(shown)
        return
    empty = _say_left_out(len(found), class_)
    if not found and after is not None:
        empty = "There are no more."
    elif not found:
        judges = f"The panel of {country} and {day} judges nobody yet."
        empty = judges if held else f"{day} is no cycle date of {country}."
    panel_list.print_candidates(shown, empty, flags=flags)
    if found:
        undone = sum(bool(each.missing) for each in found)
        console().print(f"{undone} of {len(found)} have no quorum yet.")
    print_more(found[-1].path if more else None)


def _choose_candidates(
    found: Sequence[Candidate], class_: str | None, *, incomplete: bool
) -> list[Candidate]:
    """Return the candidates that the options ask for."""
    from lazsa_flow.award.cli.panel_list import ANY

    shown = [each for each in found if each.missing or not incomplete]
    if class_ in (None, ANY):
        return shown
    return [each for each in shown if each.class_ == class_]


def _say_left_out(candidates: int, class_: str | None) -> str:
    """Say why none of some candidates is listed."""
    if class_ is not None:
        return f"None of {candidates} candidates is as the options say."
    return f"All {candidates} candidates have a quorum."


@panel.command("gaps")
def gaps(
    database: Database = DEFAULT_DATABASE, config: ConfigDir = None, as_json: Json = False
) -> None:
    """Show how many candidates of the coming cycle have no quorum yet, by country.

    Example: lazsa-flow panel gaps
    """
    from lazsa_flow.cli.tables import Column, print_table

    with open_programme(database, config) as programme:
        found = programme.panel_gaps()
    if as_json:
        print_json(to_json(found))
        return
    heads = ("Country", "Cycle", "Days left", "Candidates", "Without quorum")
    print_table(
        [Column(head, right=at > 1) for at, head in enumerate(heads)],
        [(e.country, e.cycle_on, e.days_left, e.candidates, e.without_quorum) for e in found],
        empty="No country is configured.",
    )


@panel.command("assign")
def assign(
    country: CountryCode,
    cycle: CycleDate,
    reviewers: Seats,
    who: As,
    role_country: RoleCountry = None,
    dry_run: DryRun = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Assign reviewers, each with their team, to the panel of a country and cycle.

    The team of the seat is the one that a quorum is counted from. The answer names whom a reviewer
    may not review, since they nominated them.

    Example: lazsa-flow panel assign PH 2027-04-01 r-1=academy r-2=logistics --as team:t-1
    --country PH
    """
    seats = dict(each.partition("=")[::2] for each in reviewers)
    day = _parse_cycle(cycle)
    with open_programme(database, config) as programme:
        actor = read_actor(who, role_country)
        done = programme.assign_reviewers(
            country, day, seats, actor=actor, key=key, dry_run=dry_run
        )
    lines = [
        (
            f"{len(seats)} reviewers were assigned to the panel of {country} and {day}; "
            f"{len(done.seated)} sit on it."
        ),
        *(f"{each.reviewer} may not review {each.path}: {each.reason}." for each in done.conflicts),
    ]
    _print_done(lines, {"assigned": seats, **to_json(done)}, dry_run=dry_run, as_json=as_json)


@panel.command("unassign")
def unassign(
    country: CountryCode,
    cycle: CycleDate,
    reviewer: Reviewer,
    who: As,
    role_country: RoleCountry = None,
    dry_run: DryRun = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """End a reviewer's seat: their cards until now count, later ones are refused.

    Example: lazsa-flow panel unassign PH 2027-04-01 r-1 --as team:t-1 --country PH
    """
    day = _parse_cycle(cycle)
    with open_programme(database, config) as programme:
        left = programme.unassign_reviewer(
            country,
            day,
            reviewer,
            actor=read_actor(who, role_country),
            key=key,
            dry_run=dry_run,
        )
    text = f"{reviewer} no longer sits on the panel of {country} and {day}; {len(left)} do."
    data = {"country": country, "cycle_on": day.isoformat(), "reviewer": reviewer, "seated": left}
    _print_done([text], data, dry_run=dry_run, as_json=as_json)


@panel.command("set-aside")
def set_aside(
    path: PathRef,
    reviewer: Reviewer,
    who: As,
    reason: SetAsideReason,
    country: RoleCountry = None,
    dry_run: DryRun = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Take a reviewer's card out of a path's open round; the quorum is counted again.

    Example: lazsa-flow panel set-aside award-17 r-1 --as compliance:c-1 --reason conflict
    """
    with open_programme(database, config) as programme:
        left = programme.set_aside_card(
            path,
            reviewer,
            actor=read_actor(who, country),
            reason=reason,
            key=key,
            dry_run=dry_run,
        )
    lacks = f"missing: {left.missing}" if left.missing else "the quorum is complete"
    text = (
        f"{path}: the card of {left.reviewer} is set aside; "
        f"{left.cards} cards from {left.teams} teams count; {lacks}."
    )
    _print_done([text], to_json(left), dry_run=dry_run, as_json=as_json)


@panel.command("cards")
def cards(
    path: PathRef,
    who: As,
    country: RoleCountry = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show staff the cards, recusals and cards set aside of a path's rounds, with comments.

    Example: lazsa-flow panel cards award-17 --as compliance:c-1
    """
    from lazsa_flow.cli.tables import Column, print_table

    with open_programme(database, config) as programme:
        found = programme.panel_cards(path, actor=read_actor(who, country))
    if as_json:
        print_json([_card_document(each) for each in found])
        return
    print_table(
        [
            Column("Cycle"),
            Column("Reviewer", is_id=True),
            Column("Team"),
            Column("Card"),
            Column("Scores", drop=1),
            Column("Comment"),
        ],
        [
            (
                each.cycle_on,
                each.reviewer,
                each.team,
                _describe_card(each),
                " ".join(map(str, each.scores)),
                each.comment,
            )
            for each in found
        ],
        empty=f"{path}: nobody has scored or recused yet.",
    )


def _describe_card(card: RecordedCard) -> str:
    if card.set_aside_by is not None:
        return f"set aside by {card.set_aside_by}: {card.reason}"
    return "scored" if card.scores else f"recused: {card.reason}"


def _card_document(card: RecordedCard) -> dict[str, Any]:
    from lazsa_flow.award.rules.panel import ITEMS

    scores = dict(zip(ITEMS, card.scores, strict=True)) if card.scores else None
    return {name: to_json(each) for name, each in card._asdict().items()} | {"scores": scores}


def _print_done(lines: Sequence[str], data: Any, *, dry_run: bool, as_json: bool) -> None:
    """Print what a command did, or would do."""
    if dry_run:
        lines, data = [*lines, "Dry run: nothing was changed."], {"dry_run": True, **data}
    print_result("\n".join(lines), data, as_json=as_json)
