"""Generated pages: one module for each page with a source of its own."""
