"""``lazsa-flow policy``: the policy versions in force, and their releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from lazsa_flow.cli.approvals import print_request
from lazsa_flow.cli.common import (
    console,
    find_runtime,
    open_service,
    print_json,
    print_result,
    read_actor,
    read_instant,
)
from lazsa_flow.cli.configured import print_configured, since
from lazsa_flow.cli.confirm import Forecast, confirm
from lazsa_flow.cli.foresight_options import (
    AsIfInForce,
    FirstPolicy,
    RehearsedDate,
    SecondPolicy,
)
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    As,
    ConfigDir,
    Configured,
    CountryFilter,
    Csv,
    Database,
    DryRun,
    FromStart,
    Json,
    Key,
    Now,
    PolicyFile,
    PolicyLifecycle,
    PolicyName,
    Request,
    Yes,
)
from lazsa_flow.cli.rehearse import read_date, read_only

if TYPE_CHECKING:
    from lazsa_flow.service.releasing import Preview
    from lazsa_flow.store.released import PolicyVersion

policy = typer.Typer(help="Policy versions.", no_args_is_help=True)


@policy.command("list")
def list_policies(
    lifecycle: PolicyLifecycle = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_csv: Csv = False,
    as_json: Json = False,
) -> None:
    """List the released policy versions, from when each is in force, and who released it.

    Example: lazsa-flow policy list invoice
    """
    with open_service(database, config) as service:
        found = service.policy_list(lifecycle)
        now = service.clock.now()
    current = {each.text.lifecycle: each for each in found if each.in_force_from <= now}
    if as_json:
        print_json([_policy_document(each, current) for each in found])
        return
    from lazsa_flow.cli.tables import Column, new_table, print_csv

    titles = ("Policy", "In force from", "Now", "Released", "By")
    rows = [
        (
            f"{each.text.lifecycle}/{each.text.version}",
            since(each.in_force_from) or "the start",
            "in force" if current[each.text.lifecycle] is each else "",
            since(each.released_at),
            each.released_by or "",
        )
        for each in found
    ]
    if as_csv:
        print_csv([Column(each) for each in titles], rows)
        return
    table = new_table(*titles)
    for row in rows:
        table.add_row(*row)
    console().print(table)


@policy.command("show")
def show_policy(
    name: PolicyName,
    configured: Configured = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Print the text of a policy as the database has it.

    With --configured, as a package or the deployment's directory has it, released or not.

    Example: lazsa-flow policy show invoice/2020-1
    """
    lifecycle, _, version = name.partition("/")
    if configured:
        print_configured(config, "policy", name)
        return
    with open_service(database, config) as service:
        found = service.policy_show(lifecycle, version or None)
    if as_json:
        print_json({**_policy_document(found, {}), "text": found.text.text})
    else:
        typer.echo(found.text.text, nl=False)


@policy.command("release")
def release_policy(
    file: PolicyFile,
    who: As,
    from_start: FromStart = False,
    request: Request = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Release a policy version: it governs the cycles that have not opened yet.

    While nobody has a path in the lifecycle, --from-start lets it govern from the first cycle on.

    Example: lazsa-flow policy release 2027-1.toml --as manager:m-1
    """
    from lazsa_flow.cli.forecast import of_dry_run, timer_document
    from lazsa_flow.config.policy_files import read_policy_file

    found = read_policy_file(file)
    given: dict[str, Any] = {
        "lifecycle": found.lifecycle,
        "version": found.version,
        "text": found.text,
        "from_start": from_start,
    }
    actor = read_actor(who)
    with open_service(database, config) as service:
        if request and not dry_run:
            made = service.request_command("release_policy", given, actor=actor, key=key)
            print_request(made, as_json=as_json)
            return

        def forecast() -> Forecast:
            seen = service.preview_policy(**given, actor=actor)
            shown = service.dry_run(lambda own: own.release_policy(**given, actor=actor, key=key))
            moved = of_dry_run(shown, shown.result)
            data = {**moved.data, **_preview_document(seen)}
            return Forecast([*_preview_lines(seen), *moved.lines], data)

        if not confirm("policy release", forecast, dry_run=dry_run, yes=yes, as_json=as_json):
            return
        planned = service.release_policy(**given, actor=actor, key=key)
    name = f"{found.lifecycle}/{found.version}"
    data = {"released": name, "timers": [timer_document(each) for each in planned]}
    print_result(f"{name} is released; {len(planned)} timers moved.", data, as_json=as_json)


@policy.command("preview", hidden=True)
def preview_policy(
    file: PolicyFile,
    who: As,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show whom a policy version would affect, and how: an earlier form of policy compare.

    Example: lazsa-flow policy preview 2027-1.toml --as manager:m-1
    """
    from lazsa_flow.cli.forecast import timer_document, timer_text
    from lazsa_flow.config.policy_files import read_policy_file

    found = read_policy_file(file)
    lifecycle, version, text = found.lifecycle, found.version, found.text
    with open_service(database, config) as service:
        seen = service.preview_policy(lifecycle, version, text, actor=read_actor(who))
    if as_json:
        timers = [timer_document(each) for each in seen.timers]
        print_json({**_preview_document(seen), "timers": timers})
        return
    for line in (*_preview_lines(seen), *map(timer_text, seen.timers)):
        console().print(line, soft_wrap=True)


def _preview_lines(seen: Preview) -> list[str]:
    paths = f"{len(seen.paths)} open paths would be judged by it: {', '.join(seen.paths)}"
    return [
        *(f"{name}: {old} → {new}" for name, (old, new) in seen.changed.items()),
        *(f"{code}: from the cycle of {on}" for code, on in seen.cycles.items()),
        paths if seen.paths else "No open path would be judged by it.",
    ]


def _preview_document(seen: Preview) -> dict[str, Any]:
    return {
        "changed": {name: list(values) for name, values in seen.changed.items()},
        "cycles": {code: on.isoformat() for code, on in seen.cycles.items()},
        "paths": list(seen.paths),
    }


def _policy_document(found: PolicyVersion, current: dict[str, PolicyVersion]) -> dict[str, Any]:
    from lazsa_flow.lifecycle.calendar import instant_text

    document: dict[str, Any] = {
        "lifecycle": found.text.lifecycle,
        "version": found.text.version,
        "sha256": found.text.sha256,
        "in_force_from": instant_text(found.in_force_from),
        "released_at": instant_text(found.released_at),
        "released_by": found.released_by,
    }
    if current:
        document["in_force"] = current.get(found.text.lifecycle) is found
    return document


@policy.command("compare")
def compare_policies(
    a: FirstPolicy,
    b: SecondPolicy,
    on: RehearsedDate,
    as_if_in_force: AsIfInForce = False,
    now: Now = None,
    country: CountryFilter = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show whose outcome on a date differs between two policies; the database is only read.

    The date is run under each on a copy of what falls due. A released version governs its own
    cycles, and a file those that open after its release: if the date is none of them, that is said.

    Example: lazsa-flow policy compare 2020-1 2027-1.toml --on 2026-10-01 --as-if-in-force
    """
    from lazsa_flow.cli.comparing import show_comparison
    from lazsa_flow.foresight.compare import Comparing

    with open_service(read_only(database), config) as service:
        found = Comparing(find_runtime(service)).compare_policies(
            *(a, b),
            on=read_date(on),
            as_if_in_force=as_if_in_force,
            now=read_instant(now, "now"),
            country=country,
        )
    show_comparison(found, as_json=as_json, as_csv=as_csv)
