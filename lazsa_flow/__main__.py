"""``python -m lazsa_flow`` is ``lazsa-flow``."""

from lazsa_flow.award.cli.app import main

if __name__ == "__main__":
    main()
