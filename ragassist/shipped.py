"""Where the files are that ship beside the code: in the wheel, or in the checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def shipped(kind: str, name: str) -> Path:
    """A file that the wheel carries under `resources/` and a checkout has outside the package.

    Args:
        kind: `prompts`, `questions` or `gates`.
        name: of the file; it need not be there.
    """
    in_wheel = _PACKAGE / "resources" / kind / name
    if in_wheel.exists():
        return in_wheel
    outside = _PACKAGE.parent / kind
    return (outside if kind == "prompts" else _PACKAGE.parent / "eval" / kind) / name
