"""An index of tenures: award paths by country, the day of their award, and seller."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_INDEX = (
    "CREATE INDEX lazsa_paths_tenures ON lazsa_paths"
    " (country, (substr(spans, {position}(spans, '\"award\":[') + 63, 10)){collation},"
    " subject{collation}, id) WHERE {position}(spans, '\"award\":[') > 0"
)
"""The day is the first ``began_on`` within the award's periods, whose text is canonical JSON."""


def upgrade() -> None:
    """Create the index."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_INDEX.format(position="strpos", collation=' COLLATE "C"').replace(":[", r"\:["))
    else:
        op.execute(_INDEX.format(position="instr", collation="").replace(":[", r"\:["))
