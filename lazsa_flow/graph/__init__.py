"""Pictures of a lifecycle: one neutral chart, many renderers."""
