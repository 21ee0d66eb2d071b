"""The command line: typer and rich over the library, and nothing of its own."""
