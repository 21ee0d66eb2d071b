"""``lazsa-flow announce`` and ``announcement``: announcements to ambassadors and members."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import (
    AnnouncementExample,
    AnnouncementFile,
    AnnouncementKind,
    AnnouncementNumber,
    Audience,
    AudienceCountry,
)
from lazsa_flow.cli.common import console, print_json, print_result, read_actor
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    As,
    ConfigDir,
    CountryFilter,
    Database,
    DryRun,
    Json,
    Key,
)

if TYPE_CHECKING:
    from lazsa_flow.award.commands.announcements import Announced, Announcement

announcement = typer.Typer(help="Announcements that were sent.", no_args_is_help=True)

_EXAMPLE: Final = '''title = "The mega campaign of November"
text = """
The campaign begins on 11 November.

- Sign up by 1 November.
"""
link = "https://example.com/campaign"
'''


def _print_example(asked: bool) -> None:
    if asked:
        typer.echo(_EXAMPLE, nl=False)
        raise typer.Exit


def announce(
    file: AnnouncementFile,
    audience: Audience,
    kind: AnnouncementKind,
    who: As,
    country: AudienceCountry = None,
    dry_run: DryRun = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
    _example: AnnouncementExample = False,
) -> None:
    """Announce something to ambassadors, members of Reconnect, or both; once to each.

    Only who has the perk that the kind asks for gets it. A dry run shows them and the text.

    Example: lazsa-flow announce news.toml --audience both --kind campaign --as manager:m-1
    """
    title, text, link = _read_announcement(file)
    actor = read_actor(who, country if who.startswith("team:") else None)
    with open_programme(database, config) as programme:
        done = programme.announce(
            title,
            text,
            audience=audience,
            kind=kind,
            link=link,
            country=country,
            actor=actor,
            key=key,
            dry_run=dry_run,
        )
    if as_json:
        print_json(
            {"title": title, "text": text, "link": link, **_announced_document(done, dry_run)}
        )
    elif dry_run:
        _show_forecast(title, text, link, done)
    else:
        _print_sent(done)


def _read_announcement(file: Path) -> tuple[str, str, str | None]:
    """Read title, text and link of a file; the entrance checks what they are.

    Raises:
        ConfigError: It is no TOML.
        InputError: A key is missing or unknown.
    """
    from lazsa_flow.errors import InputError
    from lazsa_flow.lifecycle.toml_text import parse_toml

    try:
        found = parse_toml(file.read_text("utf-8-sig"), where=str(file))
    except UnicodeDecodeError:
        raise InputError.of(str(file), "text", "other bytes", "a file in UTF-8") from None
    unknown = sorted(found.keys() - {"title", "text", "link"})
    missing = [name for name in ("title", "text") if name not in found]
    if unknown or missing:
        got = ", ".join(sorted(found)) or "nothing"
        raise InputError.of(str(file), "keys", got, "title and text, and link where there is one")
    return found["title"], found["text"], found.get("link")


def _show_forecast(title: str, text: str, link: str | None, done: Announced) -> None:
    screen = console()
    for line in (title, "", *text.strip().splitlines(), *((link,) if link else ()), ""):
        screen.print(line, soft_wrap=True)
    for each in done.recipients:
        screen.print(f"{each.seller} ({each.path}, {each.country}): {each.audience}")
    if done.groups:
        screen.print(f"Posted in the group of: {', '.join(done.groups)}")
    screen.print(f"{len(done.recipients)} recipients. Dry run: nothing was changed.")


def _print_sent(done: Announced) -> None:
    count = len(done.recipients)
    if not count:
        console().print(f"Announcement {done.number}: nobody of this audience has its perk now.")
    else:
        console().print(f"Announcement {done.number}: {count} notices wait to be sent.")


def _announced_document(done: Announced, dry_run: bool) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "number": done.number,
        "groups": list(done.groups),
        "recipients": [asdict(each) for each in done.recipients],
        "dry_run": dry_run,
    }


@announcement.command("list")
def list_(
    country: CountryFilter = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """List announcements, newest first, with what became of them.

    Example: lazsa-flow announcement list
    """
    from lazsa_flow.cli.tables import new_table

    with open_programme(database, config) as programme:
        found = programme.announcements(country=country)
    if as_json:
        print_json([_announcement_document(each) for each in found])
        return
    if not found:
        console().print("Nothing has been announced.")
        return
    table = new_table("No.", "On (UTC)", "Kind", "For", "Sent", "Waiting", "Title")
    for each in found:
        sent = f"{each.delivered} of {each.ambassadors + each.members}"
        on = f"{each.recorded_at:%Y-%m-%d}"
        place = f"{each.audience}, {each.country or 'all'}"
        table.add_row(str(each.number), on, each.kind, place, sent, str(each.waiting), each.title)
    console().print(table)


@announcement.command()
def show(
    number: AnnouncementNumber,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show an announcement: its text, who sent it, to how many, and what became of it.

    Example: lazsa-flow announcement show 3
    """
    with open_programme(database, config) as programme:
        found = programme.announcement(number)
    lines = (
        found.title,
        "",
        *found.text.splitlines(),
        *((found.link,) if found.link else ()),
        "",
        (
            f"{found.kind} to {found.audience} of {found.country or 'all countries'},"
            f" by {found.sender} on {found.recorded_at:%Y-%m-%d %H:%M} UTC"
        ),
        (
            f"{found.ambassadors} ambassadors, {found.members} members:"
            f" {found.delivered} delivered, {found.waiting} waiting, {found.withheld} withheld"
        ),
    )
    print_result("\n".join(lines), _announcement_document(found), as_json=as_json)


def _announcement_document(found: Announcement) -> dict[str, Any]:
    from dataclasses import asdict

    from lazsa_flow.lifecycle.calendar import instant_text

    return {
        **asdict(found),
        "recorded_at": instant_text(found.recorded_at),
        "withheld": found.withheld,
    }
