"""``lazsa-flow explain``: the transitions of a path, and the guards that block each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.cli.common import (
    console,
    find_runtime,
    local,
    open_service,
    print_json,
    read_now,
)
from lazsa_flow.cli.inspect import find_path
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    ConfigDir,
    Database,
    IsSubject,
    Json,
    LifecycleOfSubject,
    Now,
    OnlyTrigger,
    SubjectOrPath,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lazsa_flow.engine.explain import Exit, Explanation
    from lazsa_flow.engine.outlook import Outlook
    from lazsa_flow.engine.timer_steps import TimerProspect
    from lazsa_flow.foresight.waiting_dates import WaitingDate
    from lazsa_flow.lifecycle.guards import Verdict
    from lazsa_flow.lifecycle.path_data import DataField


def explain(
    name: SubjectOrPath,
    trigger: OnlyTrigger = None,
    by_subject: IsSubject = False,
    lifecycle: LifecycleOfSubject = None,
    now: Now = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show every possible transition, its guards, and the earliest date each could pass.

    A subject that has no path yet is judged as if one were opened now.

    Example: lazsa-flow explain invoice-17 send
    """
    from lazsa_flow.engine.explanation_json import explanation_json
    from lazsa_flow.foresight.started_nights import StartCommands

    at = read_now(now)
    with open_service(database, config) as service:
        if by_subject and service.paths(name):
            name = find_path(service, name, by_subject=True).ref
        explanation = service.explain(name, trigger, lifecycle=lifecycle, now=at)
        waiting = StartCommands(find_runtime(service)).waiting_dates()
    own = [each for each in waiting if _waits_for(explanation, each)]
    if as_json:
        document = explanation_json(explanation)
        print_json({**document, "waiting": [each.document() for each in own]} if own else document)
        return
    screen = console()
    for each in own:
        screen.print(str(each), soft_wrap=True)
    for line in explanation_lines(explanation, trigger):
        screen.print(line, soft_wrap=True)


def _waits_for(explanation: Explanation, waiting: WaitingDate) -> bool:
    """Return whether a timer of a path is held by a cycle date that waits."""
    return any(
        timer.decides and timer.due_on == waiting.on and timer.country in waiting.countries
        for timer in explanation.timers
    )


def explanation_lines(explanation: Explanation, trigger: str | None = None) -> Iterator[str]:
    """Yield an explanation as lines for people."""
    path = explanation.path
    round_ = f", in the round of {path.cycle_on}" if path.cycle_on else ""
    if explanation.has_path:
        yield f"{path.ref} is {path.state}{round_}, under policy {explanation.policy}."
        if explanation.title:
            yield f"  {path.subject} is {explanation.title} in {path.country}."
    else:
        yield (
            f"{path.subject} has no {path.lifecycle} path; as of now, one would begin"
            f"{round_}, under policy {explanation.policy}."
        )
    for timer in sorted(explanation.timers, key=lambda timer: timer.due_at):
        yield f"  next: {timer.name} at {local(timer.due_at, timer.zone)}"
    if path.parked:
        yield "  It is parked: a decision on it raised an error."
    for decision in explanation.decisions:
        yield from ("", *_decision_lines(decision, path.state))
    if explanation.outlook is not None:
        yield from ("", *_outlook_lines(explanation.outlook))
    for each in explanation.exits if explanation.has_path else ():
        yield from ("", *_exit_lines(each))
    if not explanation.exits and trigger is None:
        yield "No further transitions: this state is final."
    elif not explanation.exits and explanation.outlook is None:
        yield ""
        yield f"No transition of {trigger} leads on from {path.state}."


def _decision_lines(decision: TimerProspect, state: str) -> Iterator[str]:
    timer = decision.timer
    there = "" if decision.state == state else f", from {decision.state}"
    yield f"{timer.name}, on {local(timer.due_at, timer.zone)}{there}, in this order:"
    for number, step in enumerate(decision.steps, start=1):
        reason = f" ({step.reason})" if step.reason else ""
        yield f"  {number}. {step.trigger}{reason} → {step.dest} — {step.prospect}"
    if decision.fires is None:
        yield "  As things stand, none of them fires."


def _outlook_lines(ahead: Outlook) -> Iterator[str]:
    on = f" on {local(ahead.due_at, ahead.zone)}" if ahead.due_at else ""
    yield f"Towards {ahead.goal}{on}, as things stand:"
    for number, step in enumerate(ahead.steps, start=1):
        when = f", on {local(step.due_at, ahead.zone)}" if step.due_at else ""
        yield f"  {number}. {step.trigger} → {step.dest}, by {step.who}{when}"
        yield from _verdict_lines(step.verdicts, "       ")
    unmet = ", ".join(dict.fromkeys(verdict.name for verdict in ahead.unmet))
    yield f"  Not met so far: {unmet or 'nothing'}."


def _exit_lines(each: Exit) -> Iterator[str]:
    reasons = f" ({' or '.join(each.reasons)})" if each.reasons else ""
    when = "".join(f", tried at {local(timer.due_at, timer.zone)}" for timer in each.timers)
    yield f"{each.trigger}{reasons} → {each.dest}, by {each.who}{when}"
    if each.data:
        yield f"  takes data: {', '.join(map(_data_field, each.data))}"
    if each.preceded:
        yield "  only if nothing before it fires, see the order above"
    yield from _verdict_lines(each.verdicts, "  ")
    if not each.verdicts:
        yield "  no guard stands before it"


def _data_field(field: DataField) -> str:
    notes = [] if field.required else ["optional"]
    notes += ["personal"] if field.personal else []
    return f"{field.name} ({', '.join(notes)})" if notes else field.name


def _verdict_lines(verdicts: Iterable[Verdict], indent: str) -> Iterator[str]:
    for verdict in verdicts:
        yield f"{indent}{verdict_line(verdict)}"
        yield from _verdict_lines(verdict.parts, f"{indent}     ")


def verdict_line(verdict: Verdict) -> str:
    """Write a verdict as one line: figure, bar, margin, age, and what has to come."""
    measured = "" if verdict.measured is None else f" {verdict.measured}"
    line = f"{'yes' if verdict.held else 'NO ':3}  {verdict.name}:{measured}"
    line = f"{line} (required: {verdict.required}){_describe_reading(verdict)}"
    if verdict.held:
        return line
    if verdict.earliest is not None:
        return f"{line}; could hold from {verdict.earliest}"
    if verdict.operator is not None:
        return line
    if verdict.need is None:
        return f"{line}; nothing can change that"
    possible = f"; could pass on {verdict.possible_on}" if verdict.possible_on else ""
    return f"{line}; needs {verdict.need}{possible}"


def _describe_reading(verdict: Verdict) -> str:
    reading = verdict.reading
    if reading is None:
        return ""
    counts = verdict.held or reading.figure == verdict.measured
    stale = "" if counts else f", was {reading.figure}"
    margin = f", margin {reading.margin}" if reading.margin else ""
    days = f", {reading.age_days} days old on the date judged"
    age = f"; facts of {reading.as_of}{days}" if reading.as_of else ""
    return f"{stale}{margin}{age}{f'; {reading.note}' if reading.note else ''}"
