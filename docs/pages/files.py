"""The files that can be imported: their columns, and an example of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docs.pages.markdown import HEADER
from lazsa_flow.award.imports.formats import FORMATS

if TYPE_CHECKING:
    from lazsa_flow.csvfiles.formats import Column, FileFormat

_FILES: Final = f"""\
{HEADER}

# Files that can be imported

`lazsa-flow import KIND FILE`, or `Programme.import_KIND(file)`. `import KIND --example` prints a
valid file. Every file is CSV with a header, in UTF-8, the columns in any order.

- No fault: a byte order mark, a first line `sep=,`, empty lines and rows, empty columns on the
  right, line breaks within quotes where the column holds free text.
- Refused in one line that says how to save the file: semicolons or tabs instead of commas, UTF-16.
- A row that is recorded already counts as already there, and is no fault.
- Every refused row is named with its line and column, up to twenty at once; `--rejects FILE` writes
  all of them to a file, which can be mended and imported as it is. A refused row refuses the whole
  file, unless `--partial` is given.
- A row with personal data of somebody who was erased is left out, and its line is named.
- `--dry-run` says what would be taken, and writes nothing but the rejects.

Every import is recorded with who imported, through what, the file's name, its SHA-256 and the
instant: `lazsa-flow import list`, `Programme.imports()`. The rows that it wrote name it. A service
that has its records in memory needs no file:
`Programme.record_facts([Facts(...)], actor=..., key=...)`.
"""


def files() -> str:
    """Return the page of the files that can be imported."""
    parts = [_FILES]
    for form in FORMATS.values():
        parts.append(f"## {form.name}\n\nA row is {form.row}.\n")
        parts.append("| column | holds | may be empty |\n|---|---|---|\n" + _columns(form))
        parts.append(f"```csv\n{form.example()}```\n")
    return "\n".join(parts)


def _columns(form: FileFormat) -> str:
    def row(column: Column) -> str:
        notes = [column.holds.rstrip(".")]
        notes += ["line breaks within quotes are text"] if column.multiline else []
        notes += ["personal data: no error shows it"] if column.private else []
        text = "; ".join(notes).replace("|", "\\|")
        return f"| `{column.name}` | {text} | {'no' if column.required else 'yes'} |\n"

    return "".join(map(row, form.columns))
