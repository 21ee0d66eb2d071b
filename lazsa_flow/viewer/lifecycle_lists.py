"""Lists of the lifecycle page: who is in some states, as JSON page by page and whole as CSV."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse, StreamingResponse

from lazsa_flow.errors import InputError
from lazsa_flow.graph.timeline import resident_fields
from lazsa_flow.lifecycle.local_time import write_local_time
from lazsa_flow.service.part import runtime_of
from lazsa_flow.service.path_cards import LONGEST, list_cards, walk_cards
from lazsa_flow.terminal_text import quote_for_spreadsheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from lazsa_flow.service.service import FlowService

_UNFIT: Final = re.compile(r"[^A-Za-z0-9_]", re.ASCII)
"""What a file's name in a header is written without."""
_HEAD: Final = (
    *("path", "subject", "title", "country", "state", "since", "parked"),
    *("next_timer", "next_at", "held_by"),
)


def answer_paths(service: FlowService, request: Request) -> Response:
    """Answer with some paths, those opened last first, and where the next page begins.

    Raises:
        NotFoundError: There is no such lifecycle, state, country or path.
        InputError: The limit is no number from 1 to 500.
    """
    runtime = runtime_of(service)
    found = list_cards(
        runtime.context,
        request.path_params["name"],
        states=request.query_params.getlist("state"),
        country=request.query_params.get("country"),
        after=request.query_params.get("after"),
        limit=_read_limit(request),
        now=runtime.clock.now(),
    )
    fields: dict[str, Any] = {"paths": [resident_fields(card) for card in found.cards]}
    return JSONResponse({**fields, "after": found.after})


def answer_paths_csv(service: FlowService, request: Request) -> Response:
    """Answer with all paths in some states as CSV, written as they are read.

    Raises:
        NotFoundError: There is no such lifecycle, state or country.
    """
    runtime, name = runtime_of(service), request.path_params["name"]
    states = request.query_params.getlist("state")
    country = request.query_params.get("country")
    now = runtime.clock.now()
    # what is asked for is checked before the answer begins
    list_cards(runtime.context, name, states=states, country=country, limit=1, now=now)
    lines = _write_lines(service, name, states, country)
    file = f"{'-'.join(_UNFIT.sub('', part) for part in (name, *states))}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


def _read_limit(request: Request) -> int:
    text = request.query_params.get("limit", str(LONGEST))
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LONGEST))):
        raise InputError.of("paths", "limit", text, f"a number from 1 to {LONGEST}")
    return int(text)


def _write_lines(
    service: FlowService, lifecycle: str, states: Sequence[str], country: str | None
) -> Iterator[str]:
    runtime = runtime_of(service)
    context = runtime.context
    names = {
        f"s{number}": state.name
        for number, state in enumerate(context.rulebook.lifecycle(lifecycle).states)
    }
    yield _write_line(_HEAD)
    now = runtime.clock.now()
    for card in walk_cards(context, lifecycle, states=states, country=country, now=now):
        zone = context.rulebook.calendar(card.country).zone
        held = " ".join(dict.fromkeys(each.verdict.name for each in card.held))
        yield _write_line(
            (
                *(card.path, card.subject, card.title or "", card.country),
                *(names[card.state], card.since.isoformat(), "yes" if card.parked else "no"),
                card.next_timer or "",
                write_local_time(card.next_at, zone) if card.next_at else "",
                held,
            )
        )


def _write_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(map(quote_for_spreadsheet, cells))
    return line.getvalue()
