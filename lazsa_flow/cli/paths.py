"""``lazsa-flow open``, ``state-at``, ``states`` and ``journal``: paths of any lifecycle."""

from __future__ import annotations

import json

from lazsa_flow.cli.common import (
    console,
    open_service,
    print_json,
    print_move,
    print_result,
    print_rows,
    read_actor,
    read_instant,
)
from lazsa_flow.cli.data import read_data
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    As,
    AtInstant,
    ConfigDir,
    CountryCode,
    Database,
    DataFile,
    GivenData,
    Json,
    Key,
    LifecycleFilter,
    LifecycleName,
    OutFile,
    PathRef,
    RoleCountry,
    RoundDate,
    SubjectId,
)


def open_path(
    lifecycle: LifecycleName,
    subject: SubjectId,
    country: CountryCode,
    who: As,
    data: GivenData = None,
    data_file: DataFile = None,
    cycle: RoundDate = None,
    role_country: RoleCountry = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Open a path in a lifecycle that has no opening command of its own.

    Example: lazsa-flow open invoice customer-1 PH --as clerk:c-1 --data '{"total": "250.00"}'
    """
    from lazsa_flow.lifecycle.calendar import parse_date

    day = None if cycle is None else parse_date(cycle, where="option", field="--cycle")
    with open_service(database, config) as service:
        move = service.open_path(
            lifecycle,
            subject,
            country,
            actor=read_actor(who, role_country),
            data=read_data(data, data_file),
            cycle_on=day,
            key=key,
        )
    print_move(move, as_json=as_json, none="")


def state_at(
    path: PathRef,
    when: AtInstant,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show which state a path was in at an instant, by the instants at which its moves took effect.

    Example: lazsa-flow state-at invoice-17 2026-10-01T00:00+08:00
    """
    from lazsa_flow.cli.documents import to_json

    at = read_instant(when, "INSTANT")
    assert at is not None
    with open_service(database, config) as service:
        state = service.state_at(path, at)
    text = f"{path}: {state}" if state else f"{path} had not been opened."
    print_result(text, {"path": path, "at": to_json(at), "state": state}, as_json=as_json)


def states(
    lifecycle: LifecycleFilter = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Count the paths in each state.

    Example: lazsa-flow states --lifecycle invoice
    """
    with open_service(database, config) as service:
        found = service.states(lifecycle)
    if as_json:
        print_json(found)
        return
    for state, count in found.items():
        console().print(f"{count:>7}  {state}")
    if not found:
        console().print("There are no paths.")


def journal(
    out: OutFile = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Export the whole journal, one JSON object a line, each row with its hash.

    With --json, standard output is one array of the rows, or says what went into the file.

    Example: lazsa-flow journal -o journal.jsonl
    """
    from lazsa_flow.private_files import open_file

    with open_service(database, config) as service:
        rows = service.journal()
        if out is None or str(out) == "-":
            print_rows(rows, as_json=as_json)
            return
        count = 0
        with open_file(out, encoding="utf-8", newline="") as file:
            for count, row in enumerate(rows, 1):  # noqa: B007 - counted while it is written
                file.write(json.dumps(row) + "\n")
    print_result(f"{count} rows in {out}.", {"rows": count, "file": str(out)}, as_json=as_json)
