"""Scripts that make a shell complete the options of `stance` (shtab, extra `completion`)."""

import argparse

from stance.errors import MissingExtraError, StanceError

_FILES = ("articles", "roster", "errors", "output")


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """The script for a shell. Raises MissingExtraError without shtab, StanceError where there is none for the shell."""
    try:
        import shtab
    except ImportError:
        raise MissingExtraError("shell completion needs shtab: pip install 'stance[completion]'") from None
    if shell not in shtab.SUPPORTED_SHELLS:
        raise StanceError(f"no completion for {shell!r}; there is one for: {', '.join(shtab.SUPPORTED_SHELLS)}")
    for action in parser._actions:
        if action.dest in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
    return str(shtab.complete(parser, shell))
