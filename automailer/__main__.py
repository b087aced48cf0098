"""`python -m automailer`, and the entry point of the installed program."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its status."""
    from automailer.cli import run_cli

    sys.exit(run_cli())


if __name__ == "__main__":
    main()
