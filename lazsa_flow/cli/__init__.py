"""The command line: typer and rich over the library, and nothing of its own.

It needs the extra ``cli``.
"""

from __future__ import annotations

try:
    import typer  # noqa: F401 - asked for before anything is run; it brings rich
except ModuleNotFoundError:
    from lazsa_flow.extras import needs_extra  # imported where it is needed, for a quick start

    with needs_extra("cli", "the command line"):
        raise
