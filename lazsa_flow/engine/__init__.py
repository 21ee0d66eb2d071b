"""One engine for every lifecycle; it knows none by name."""
