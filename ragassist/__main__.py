"""The program `ragassist`, also as `python -m ragassist`."""

import sys


def main() -> None:
    """Run the command line; a Ctrl-C while it is still loading ends it without a traceback."""
    try:
        from ragassist.cli.app import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
