"""`python -m ragassist`."""

from ragassist.cli.app import main

if __name__ == "__main__":
    main()
