"""``lazsa-flow``, which is also ``python -m lazsa_flow``.

Where the extra ``cli`` is not installed, it says what to install.
"""

from __future__ import annotations

import json
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line; without its libraries, say what to install and end with exit code 1."""
    try:
        from lazsa_flow.award.cli.app import main as run_command_line
    except Exception as error:
        from lazsa_flow.errors import ExtraError

        if not isinstance(error, ExtraError):
            raise
        document = {"error": "ExtraError", "message": str(error), **vars(error)}
        said = json.dumps(document) if "--json" in sys.argv else f"error: {error}"
        print(said, file=sys.stderr)  # noqa: T201 - the command line's voice
        sys.exit(1)
    run_command_line()


if __name__ == "__main__":
    main()
