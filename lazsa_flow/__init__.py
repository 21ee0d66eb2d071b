"""Seller award paths as explicit state machines: guarded transitions, timers, and a why.

The public names, by what they are for; each is imported when it is first asked for, so that
importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lazsa_flow.award.commands.announcements import Announced, Announcement
    from lazsa_flow.award.commands.appeals import Appeal
    from lazsa_flow.award.commands.cases import Case
    from lazsa_flow.award.commands.country_day import CountryDay
    from lazsa_flow.award.commands.facts_gaps import FactsGap
    from lazsa_flow.award.commands.import_result import ImportResult
    from lazsa_flow.award.commands.merging import MergedSellers
    from lazsa_flow.award.commands.nomination_group import Nominated
    from lazsa_flow.award.commands.panels import Candidate, PanelGap
    from lazsa_flow.award.commands.perk_giving import OneOffPerk
    from lazsa_flow.award.commands.reviewing import Reminded, ReviewerWork
    from lazsa_flow.award.commands.round_stats import RoundStats
    from lazsa_flow.award.commands.scoring import CardReceipt
    from lazsa_flow.award.commands.seats import Assigned
    from lazsa_flow.award.commands.seller_records import SellerRecord
    from lazsa_flow.award.commands.set_aside import CardSetAside
    from lazsa_flow.award.commands.store_entry_checks import EntryCheck
    from lazsa_flow.award.commands.store_entry_receipts import EntryReceipt
    from lazsa_flow.award.commands.turnover_record import TurnoverRecord
    from lazsa_flow.award.programme import Programme
    from lazsa_flow.award.queries import Badge, Fame, Outcome
    from lazsa_flow.award.rules.facts import Facts
    from lazsa_flow.award.rules.panel import ITEMS, RecordedCard
    from lazsa_flow.award.rules.perks import Entitlement
    from lazsa_flow.clock import Clock, SystemClock, VirtualClock
    from lazsa_flow.config import Config, ConfigWarning
    from lazsa_flow.engine.explain import Explanation
    from lazsa_flow.engine.journal_entry import JournalEntry
    from lazsa_flow.engine.ledger import Book
    from lazsa_flow.engine.night_run import CountryProgress, NightRun
    from lazsa_flow.engine.outbox_values import Waiting
    from lazsa_flow.engine.sealed_outcomes import SealedOutcome
    from lazsa_flow.engine.sweep_result import ChunkResult, SweepResult
    from lazsa_flow.errors import (
        ClockError,
        ClosedError,
        ConfigError,
        ConflictError,
        ContendedError,
        DeliveryError,
        ExtraError,
        GuardError,
        HostCodeError,
        InputError,
        JournalError,
        KeyReusedError,
        LazsaError,
        LifecycleError,
        MachineMismatchError,
        NoEdgeError,
        NotAllowedError,
        NotFoundError,
        ParkedError,
        PausedError,
        RefusedError,
        ReplacedError,
        SchemaError,
        StaleVersionError,
        TransitionError,
        UnavailableError,
    )
    from lazsa_flow.foresight.comparison import ChangedOutcome, CountryTotals, PolicyComparison
    from lazsa_flow.foresight.night_status import NightFinding, NightStatus
    from lazsa_flow.foresight.proof.journal_proof import prove_journal
    from lazsa_flow.foresight.proof.journal_report import JournalProof, RecordedFailure
    from lazsa_flow.foresight.proof.properties import Property
    from lazsa_flow.foresight.proof.prove import prove
    from lazsa_flow.foresight.proof.report import Proof
    from lazsa_flow.foresight.proof.rules import ProofRules
    from lazsa_flow.foresight.rehearsal import Rehearsal
    from lazsa_flow.foresight.rehearsed_date import Blocker, NearMiss, PathOutcome, Shortfall
    from lazsa_flow.foresight.rehearsed_policy import RehearsedPolicy
    from lazsa_flow.foresight.saved_rehearsal import SavedRehearsal
    from lazsa_flow.foresight.waiting_dates import WaitingDate
    from lazsa_flow.graph.timeline import Picture
    from lazsa_flow.lifecycle.contact import Contact
    from lazsa_flow.lifecycle.guards import Finding, Guard, Verdict
    from lazsa_flow.lifecycle.model import Actor, Failure, Move, Path
    from lazsa_flow.lifecycle.pauses import Pause
    from lazsa_flow.lifecycle.table import Edge, Lifecycle, Permit, State, Step, Timer
    from lazsa_flow.notices.ports import Channel, Letter, Resolver
    from lazsa_flow.notices.relay import Drained, Relay
    from lazsa_flow.notices.render import Rendered
    from lazsa_flow.service.approvals import Approval
    from lazsa_flow.service.command_request import CommandRequest
    from lazsa_flow.service.configuration import Migrated
    from lazsa_flow.service.dry_run import DryRun
    from lazsa_flow.service.list_rows import Listed, Page
    from lazsa_flow.service.path_views import PathView
    from lazsa_flow.service.questions import Due, DueCount
    from lazsa_flow.service.releasing import Preview
    from lazsa_flow.service.replan import Planned
    from lazsa_flow.service.service import FlowService
    from lazsa_flow.service.several import DatabaseAnswer, SeveralDatabases
    from lazsa_flow.service.verifying import Verification
    from lazsa_flow.store.backup import Backup
    from lazsa_flow.store.batches import Batch
    from lazsa_flow.store.released import CountryVersion, PolicyVersion
    from lazsa_flow.store.restore import Restored

__all__ = [  # noqa: RUF022 - grouped by what they are for
    # the facade
    "FlowService",
    "Programme",
    "SeveralDatabases",
    "Actor",
    "Config",
    "SystemClock",
    "VirtualClock",
    # values
    "Facts",
    "ImportResult",
    "ITEMS",
    "TurnoverRecord",
    "Move",
    "Path",
    "PathOutcome",
    "Verdict",
    # to write a lifecycle
    "Lifecycle",
    "State",
    "Edge",
    "Permit",
    "Timer",
    "Step",
    "Guard",
    "Finding",
    # to prove its table
    "prove",
    "prove_journal",
    "Property",
    "ProofRules",
    # to tell people
    "Contact",
    "Letter",
    # what its methods take and return
    "Announced",
    "Announcement",
    "Appeal",
    "Approval",
    "Assigned",
    "Backup",
    "Badge",
    "Batch",
    "Book",
    "Candidate",
    "CardReceipt",
    "CardSetAside",
    "Case",
    "Channel",
    "ChunkResult",
    "Clock",
    "ConfigWarning",
    "CountryDay",
    "ChangedOutcome",
    "CountryTotals",
    "CountryVersion",
    "DatabaseAnswer",
    "Drained",
    "DryRun",
    "Due",
    "DueCount",
    "Entitlement",
    "EntryCheck",
    "EntryReceipt",
    "Explanation",
    "FactsGap",
    "Failure",
    "Fame",
    "JournalEntry",
    "Listed",
    "MergedSellers",
    "Migrated",
    "Nominated",
    "OneOffPerk",
    "Outcome",
    "Page",
    "PanelGap",
    "PathView",
    "Pause",
    "Picture",
    "Planned",
    "PolicyComparison",
    "PolicyVersion",
    "Preview",
    "JournalProof",
    "Proof",
    "RecordedFailure",
    "RecordedCard",
    "Rehearsal",
    "Blocker",
    "NearMiss",
    "RehearsedPolicy",
    "Relay",
    "Reminded",
    "Rendered",
    "Resolver",
    "Restored",
    "ReviewerWork",
    "RoundStats",
    "SavedRehearsal",
    "CommandRequest",
    "NightStatus",
    "NightRun",
    "CountryProgress",
    "NightFinding",
    "WaitingDate",
    "SealedOutcome",
    "SellerRecord",
    "SweepResult",
    "Verification",
    "Waiting",
    # errors
    "LazsaError",
    "InputError",
    "ConfigError",
    "ClockError",
    "LifecycleError",
    "MachineMismatchError",
    "NotFoundError",
    "TransitionError",
    "NoEdgeError",
    "NotAllowedError",
    "RefusedError",
    "ReplacedError",
    "ParkedError",
    "PausedError",
    "StaleVersionError",
    "KeyReusedError",
    "ConflictError",
    "ContendedError",
    "UnavailableError",
    "ClosedError",
    "SchemaError",
    "Shortfall",
    "ExtraError",
    "JournalError",
    "DeliveryError",
    "HostCodeError",
    "GuardError",
]

_HOMES = {
    "lazsa_flow.award.commands.announcements": ("Announced", "Announcement"),
    "lazsa_flow.award.commands.appeals": ("Appeal",),
    "lazsa_flow.award.commands.cases": ("Case",),
    "lazsa_flow.award.commands.country_day": ("CountryDay",),
    "lazsa_flow.award.commands.facts_gaps": ("FactsGap",),
    "lazsa_flow.award.commands.import_result": ("ImportResult",),
    "lazsa_flow.award.commands.merging": ("MergedSellers",),
    "lazsa_flow.award.commands.nomination_group": ("Nominated",),
    "lazsa_flow.award.commands.panels": ("Candidate", "PanelGap"),
    "lazsa_flow.award.commands.perk_giving": ("OneOffPerk",),
    "lazsa_flow.award.commands.reviewing": ("Reminded", "ReviewerWork"),
    "lazsa_flow.award.commands.round_stats": ("RoundStats",),
    "lazsa_flow.award.commands.scoring": ("CardReceipt",),
    "lazsa_flow.award.commands.seats": ("Assigned",),
    "lazsa_flow.award.commands.seller_records": ("SellerRecord",),
    "lazsa_flow.award.commands.set_aside": ("CardSetAside",),
    "lazsa_flow.award.commands.turnover_record": ("TurnoverRecord",),
    "lazsa_flow.award.commands.store_entry_checks": ("EntryCheck",),
    "lazsa_flow.award.commands.store_entry_receipts": ("EntryReceipt",),
    "lazsa_flow.award.programme": ("Programme",),
    "lazsa_flow.award.queries": ("Badge", "Fame", "Outcome"),
    "lazsa_flow.award.rules.facts": ("Facts",),
    "lazsa_flow.award.rules.panel": ("ITEMS", "RecordedCard"),
    "lazsa_flow.award.rules.perks": ("Entitlement",),
    "lazsa_flow.clock": ("Clock", "SystemClock", "VirtualClock"),
    "lazsa_flow.config": ("Config", "ConfigWarning"),
    "lazsa_flow.engine.explain": ("Explanation",),
    "lazsa_flow.engine.journal_entry": ("JournalEntry",),
    "lazsa_flow.engine.ledger": ("Book",),
    "lazsa_flow.engine.night_run": ("CountryProgress", "NightRun"),
    "lazsa_flow.engine.sealed_outcomes": ("SealedOutcome",),
    "lazsa_flow.engine.outbox_values": ("Waiting",),
    "lazsa_flow.engine.sweep_result": ("ChunkResult", "SweepResult"),
    "lazsa_flow.graph.timeline": ("Picture",),
    "lazsa_flow.lifecycle.guards": ("Verdict", "Guard", "Finding"),
    "lazsa_flow.lifecycle.model": ("Actor", "Move", "Path", "Failure"),
    "lazsa_flow.lifecycle.pauses": ("Pause",),
    "lazsa_flow.lifecycle.table": ("Lifecycle", "State", "Edge", "Permit", "Timer", "Step"),
    "lazsa_flow.lifecycle.contact": ("Contact",),
    "lazsa_flow.notices.ports": ("Letter", "Channel", "Resolver"),
    "lazsa_flow.notices.relay": ("Drained", "Relay"),
    "lazsa_flow.notices.render": ("Rendered",),
    "lazsa_flow.service.configuration": ("Migrated",),
    "lazsa_flow.service.dry_run": ("DryRun",),
    "lazsa_flow.foresight.proof.journal_proof": ("prove_journal",),
    "lazsa_flow.foresight.proof.journal_report": ("JournalProof", "RecordedFailure"),
    "lazsa_flow.foresight.proof.properties": ("Property",),
    "lazsa_flow.foresight.proof.prove": ("prove",),
    "lazsa_flow.foresight.proof.report": ("Proof",),
    "lazsa_flow.foresight.proof.rules": ("ProofRules",),
    "lazsa_flow.foresight.comparison": ("ChangedOutcome", "CountryTotals", "PolicyComparison"),
    "lazsa_flow.foresight.rehearsal": ("Rehearsal",),
    "lazsa_flow.foresight.rehearsed_date": (*("Blocker", "NearMiss", "PathOutcome", "Shortfall"),),
    "lazsa_flow.foresight.rehearsed_policy": ("RehearsedPolicy",),
    "lazsa_flow.service.command_request": ("CommandRequest",),
    "lazsa_flow.foresight.night_status": ("NightFinding", "NightStatus"),
    "lazsa_flow.foresight.waiting_dates": ("WaitingDate",),
    "lazsa_flow.foresight.saved_rehearsal": ("SavedRehearsal",),
    "lazsa_flow.service.approvals": ("Approval",),
    "lazsa_flow.service.list_rows": ("Listed", "Page"),
    "lazsa_flow.service.path_views": ("PathView",),
    "lazsa_flow.service.questions": ("Due", "DueCount"),
    "lazsa_flow.service.releasing": ("Preview",),
    "lazsa_flow.service.replan": ("Planned",),
    "lazsa_flow.service.service": ("FlowService",),
    "lazsa_flow.service.several": ("DatabaseAnswer", "SeveralDatabases"),
    "lazsa_flow.service.verifying": ("Verification",),
    "lazsa_flow.store.backup": ("Backup",),
    "lazsa_flow.store.batches": ("Batch",),
    "lazsa_flow.store.released": ("CountryVersion", "PolicyVersion"),
    "lazsa_flow.store.restore": ("Restored",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME_OF.get(name, "lazsa_flow.errors")), name)


def __dir__() -> list[str]:
    return sorted(__all__)
