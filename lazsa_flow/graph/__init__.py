"""Pictures of a lifecycle: one neutral chart, many renderers."""

from lazsa_flow.graph import page, svg

__all__ = ["page", "svg"]
"""Both register how a notebook shows what they render."""
