"""State on SQLite and PostgreSQL: SQLAlchemy Core for schema and SQL, one store for both.

Each module that only some commands need is imported with the first of them; see
:mod:`lazsa_flow.lazy_modules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lazsa_flow.store import backup as backup
    from lazsa_flow.store import bounded_counts as bounded_counts
    from lazsa_flow.store import deleted_text as deleted_text
    from lazsa_flow.store import delivery_list as delivery_list
    from lazsa_flow.store import due_list as due_list
    from lazsa_flow.store import histories as histories
    from lazsa_flow.store import integrity as integrity
    from lazsa_flow.store import monitoring as monitoring
    from lazsa_flow.store import outbox_list as outbox_list
    from lazsa_flow.store import parked_list as parked_list
    from lazsa_flow.store import statistics as statistics
    from lazsa_flow.store import timer_outcomes as timer_outcomes
else:
    from lazsa_flow.lazy_modules import import_submodule

    def __getattr__(name: str) -> object:
        """Import a module of the package."""
        return import_submodule(__name__, name)
