"""Look-ups: paths by their reference or by their seller, and what leads on from them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from lazsa_flow.award.commands import store_entry_checks
from lazsa_flow.award.commands.store_entry import Application
from lazsa_flow.errors import NotFoundError, no_seller_or_path
from lazsa_flow.lifecycle.calendar import as_utc
from lazsa_flow.service import explaining
from lazsa_flow.service.base import Facade

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lazsa_flow.award.commands.store_entry import TurnoverRecord
    from lazsa_flow.award.commands.store_entry_checks import EntryCheck
    from lazsa_flow.engine.explain import Explanation
    from lazsa_flow.lifecycle.model import Actor, Path


class Lookups(Facade):
    """The look-ups."""

    def find(self, name: str, lifecycle: str | None = None) -> Path:
        """Find a path by its reference, or a seller's latest path.

        A path goes before a seller whose id reads like its reference; :meth:`paths` knows sellers
        alone.

        Args:
            name: The reference, or the seller's id.
            lifecycle: Only paths of this lifecycle.

        Raises:
            NotFoundError: Neither is known.
        """
        context = self.context  # it asks the database, too, and takes a connection for it
        if lifecycle is not None:
            context.rulebook.lifecycle(lifecycle)
        with self.store.begin(write=False) as transaction:
            paths: list[Path] = transaction.paths_of(name)
            with suppress(NotFoundError):
                paths.append(context.load(transaction, name, self.clock.now()).path)
        if not paths:
            raise no_seller_or_path(name)
        for path in reversed(paths):
            if lifecycle in (None, path.lifecycle):
                return path
        raise NotFoundError(f"{lifecycle} path", name)

    def paths(self, seller: str) -> list[Path]:
        """Return every path of a seller, oldest first."""
        with self.store.begin(write=False) as transaction:
            paths: list[Path] = transaction.paths_of(seller)
        return paths

    def explain(
        self,
        name: str,
        trigger: str | None = None,
        *,
        lifecycle: str | None = None,
        now: datetime | None = None,
    ) -> Explanation:
        """Tell what leads on from a path's state, and what stands against each exit.

        A seller who is known by facts and has no path is explained as if one were opened now.

        Args:
            name: A path's reference, or a seller whose latest path is meant.
            trigger: Only exits of this trigger.
            lifecycle: Of a seller, the latest path in this lifecycle.
            now: The instant to explain at; the clock's by default.

        Raises:
            NotFoundError: There is no such path, seller, lifecycle or trigger.
        """
        at = self.clock.now() if now is None else as_utc(now)
        try:
            path = self.find(name, lifecycle)
        except NotFoundError as error:
            if error.kind == "lifecycle":
                raise
            return explaining.explain_seller(self.context, name, lifecycle, trigger, at)
        return explaining.explain_path(self.context, path, trigger, at)

    def check_entry(
        self,
        applicant: str,
        *,
        country: str,
        category: str,
        records: Sequence[TurnoverRecord],
        provenance: str,
        consent: bool = False,
        actor: Actor,
    ) -> EntryCheck:
        """Tell what would be found of an application for a store, writing nothing.

        Args:
            applicant: Who would apply.
            country: Where the store would be.
            category: What it would sell.
            records: The months' turnover, as for :meth:`apply_entry`.
            provenance: ``own``, ``relative`` or ``bought``.
            consent: Whether the relative's consent is recorded.
            actor: The applicant or the host.

        Raises:
            InputError: A field is wrong; every problem is named.
            ConfigError: The deployment has no secret for the fingerprints.
        """
        application = Application(applicant, country, category, tuple(records), provenance, consent)
        return store_entry_checks.check_entry(self.context, application, actor=actor)
