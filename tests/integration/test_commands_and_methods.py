"""Whatever the library can do can be typed, and whatever is typed the library can do.

Each public method of ``Programme`` has a command that calls it, and each command calls a method.
Whoever adds a method adds its command, and names the two in :data:`COMMAND_OF`.
"""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from typer.main import get_command
from typer.testing import CliRunner

from lazsa_flow.award.cli import app as app_module
from lazsa_flow.award.cli.app import RENAMED_COMMANDS, app
from lazsa_flow.award.programme import Programme

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND_OF: Final = {
    "announce": "announce",
    "announcement": "announcement show",
    "announcements": "announcement list",
    "appeal": "appeal decide",
    "apply_entry": "entry submit",
    "approve_night": "night approve",
    "approve_request": "approval give",
    "command_request": "approval show",
    "command_requests": "approval list",
    "refuse_request": "approval refuse",
    "request_command": "approval request",
    "withdraw_request": "approval withdraw",
    "appeals": "appeal list",
    "assign_reviewers": "panel assign",
    "backup": "backup",
    "badge": "badge",
    "books": "ledger",
    "cases": "case list",
    "check_entry": "entry check",
    "close_books": "ledger close",
    "close_case": "case close",
    "close_ledger": "ledger close",
    "compare_policies": "policy compare",
    "complete_nomination": "nomination complete",
    "config_warnings": "config check",
    "consent": "consent",
    "contact": "contact",
    "count_due": "due",
    "country_list": "country list",
    "country_show": "country show",
    "deleted_texts_remain": "purge",
    "deliveries": "outbox sent",
    "dry_run": "fire",
    "due": "due",
    "due_by_country": "sweep",
    "entitlements": "entitlements",
    "erase": "erase",
    "explain": "explain",
    "find": "show",
    "find_all": "list",
    "find_sellers": "list",
    "facts_gaps": "facts gaps",
    "fire": "fire",
    "give_perk": "perks give",
    "record_taken_out": "reconnect taken-out",
    "hall_of_fame": "fame",
    "history": "history",
    "import_contacts": "import contacts",
    "import_facts": "import facts",
    "import_nominations": "import nominations",
    "import_scorecards": "import scorecards",
    "import_turnover": "import turnover",
    "imports": "import list",
    "invite_trainer": "trainer invite",
    "journal": "journal",
    "ledger": "ledger",
    "lift_suspension": "cycle lift",
    "members": "members",
    "merge_sellers": "seller merge",
    "migrate": "migrate",
    "move_country": "seller move",
    "next_due": "due",
    "night": "night show",
    "nights": "night list",
    "nominate": "nominate",
    "open_case": "case open",
    "open_path": "open",
    "open_relay": "relay",
    "outbox": "outbox",
    "outcome": "outcome",
    "panel": "panel list",
    "panel_cards": "panel cards",
    "panel_gaps": "panel gaps",
    "parked": "parked",
    "paths": "show",
    "perks_due": "perks due",
    "pause": "pause",
    "pause_night": "night pause",
    "paused": "pauses",
    "pauses": "pauses",
    "policy_list": "policy list",
    "policy_show": "policy show",
    "preview_notice": "notices preview",
    "preview_policy": "policy release",
    "purge": "purge",
    "readmit": "readmit",
    "reconnect_step": "reconnect step",
    "record_facts": "import facts",
    "record_shown": "trainer shown",
    "recuse": "recuse",
    "relay": "relay",
    "rehearse": "rehearse",
    "release_country": "country release",
    "release_policy": "policy release",
    "remind_reviewers": "reviewers",
    "replan_timers": "timers replan",
    "restore": "restore",
    "resume": "resume",
    "resume_night": "night resume",
    "retry_notices": "outbox retry",
    "reviewers": "reviewers",
    "save_rehearsal": "rehearse",
    "score": "score",
    "seller_record": "seller show",
    "set_aside_card": "panel set-aside",
    "set_pace": "night pace",
    "start_night": "night start",
    "started_night": "night start",
    "started_nights": "night show",
    "state_at": "state-at",
    "states": "states",
    "stats": "stats",
    "suspend_cycle": "cycle suspend",
    "suspensions": "country list",
    "sweep": "sweep",
    "title": "show",
    "today": "today",
    "unassign_reviewer": "panel unassign",
    "waiting_dates": "pauses",
    "unmerge_sellers": "seller unmerge",
    "unpark": "unpark",
    "unpark_all": "unpark",
    "verdicts": "show",
    "verify": "verify",
    "verify_journal": "verify",
    "withdraw_nomination": "nomination withdraw",
}
"""The command through which each public method is reached."""

RENAMED: Final = {
    "books": "ledger",
    "close_books": "close_ledger",
    "record_facts": "import_facts",
    "relay": "open_relay",
    "verify_journal": "verify",
}
"""Earlier names and short forms of methods: the command calls the method named here."""

NOT_ASKED: Final = {"open", "bind", "close", "picture", "portraits"}
"""What a command has no use for: opening, closing and binding, and objects of pictures."""

TOOLS: Final = {
    *("run", "worker", "ticker", "view"),  # processes that hold a programme open
    *(
        "init",
        "demo",
        "screen",
        "doctor",
        "graph",
        "prove",
    ),  # without a programme, or before there is one
}
"""Commands that are no call of a method."""


def public_methods() -> set[str]:
    """Return the names of what one may call on a programme."""
    return {
        name
        for name in dir(Programme)
        if name[0] != "_"
        and not isinstance(inspect.getattr_static(Programme, name), property)
        and callable(getattr(Programme, name))
    }


def commands(group: Any = None, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every command that is shown, with its words."""
    top: Any = group or get_command(app)
    for name, command in top.commands.items():
        if command.hidden:
            continue
        words = f"{before}{name}"
        if not hasattr(command, "commands"):
            yield words, command
            continue
        if command.invoke_without_command:
            yield words, command
        yield from commands(command, f"{words} ")


@cache
def named_in(module: str) -> frozenset[str]:
    """Return every attribute that is named in a module of the command line.

    One whose name is put together, as in ``getattr(programme, f"import_{what}")``, is ``import_``.
    """
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    found = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Name(id="getattr"),
                args=[_, ast.JoinedStr(values=[ast.Constant(value=str(begin)), *_])],
            ):
                found.add(begin)
    return frozenset(found)


def calls(command: Any, method: str) -> bool:
    """Tell whether a command's module names a method."""
    described = named_in(app_module.__name__)  # what the application says of each path
    named = named_in(command.callback.__module__) | described
    return method in named or any(method.startswith(each) for each in named if each[-1:] == "_")


def test_each_method_has_a_command() -> None:
    """No public method is without one, but for those that a command has no use for."""
    without = public_methods() - COMMAND_OF.keys() - NOT_ASKED
    assert not without, f"give these methods of Programme a command, in COMMAND_OF: {without}"


def test_each_command_has_a_method() -> None:
    """No command does what the library cannot."""
    without = {words for words, _ in commands()} - set(COMMAND_OF.values()) - TOOLS
    assert not without, f"name the method of Programme behind each of these: {without}"


def test_the_list_is_of_what_there_is() -> None:
    """Every method and command that is named here exists, and the one calls the other."""
    assert not COMMAND_OF.keys() - public_methods()
    found = dict(commands())
    for method, words in COMMAND_OF.items():
        assert words in found, f"{method}: there is no command {words}"
        assert calls(found[words], RENAMED.get(method, method)), f"{words} does not call {method}"


def test_earlier_spellings() -> None:
    """An earlier spelling of a command still works, and is shown nowhere."""
    found = dict(commands())
    for spelling, words in RENAMED_COMMANDS.items():
        assert spelling not in found
        shown = CliRunner().invoke(app, [spelling, "--help"])
        assert shown.exit_code == 0
        assert f"lazsa-flow {' '.join(words)}" in shown.output
