"""The documentation site: copies the pages, builds them, and checks what was built."""
