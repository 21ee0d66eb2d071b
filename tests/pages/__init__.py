"""Code blocks of README and docs: reading them, and running them as a reader would.

A page runs in an empty folder, its blocks in their order:

- ``console``: commands behind ``$``, each followed by what it prints, where the page shows it.
  ``…`` stands for any text in a line, and alone in a line for any lines.
- ``python``: runs; one page has one namespace. What it prints is compared with a ``text`` block
  that follows it.
- A block with ``title="FILE"`` is that file: the first block of a page writes it, later ones add
  to it.
- ``diff`` with a title changes a file.
- ``toml``, ``json``, ``csv``, ``ini``, ``jinja`` and ``mermaid`` are read by their parsers.

Comments of the page, which no reader sees, say the rest:

- ``<!-- at INSTANT -->``: the clock stands at this instant from here on.
- ``<!-- goes on from PAGE -->``: the page begins where another one has ended, or on a database of
  :mod:`tests.pages.prepared`.
- ``<!-- not run: REASON -->`` in front of a block: it is parsed, and no more.
- ``<!-- part of FILE -->`` in front of a block: it stands in that file, which other tests run.
- A block within a comment runs like any other: it prepares what the page takes for granted.
"""
