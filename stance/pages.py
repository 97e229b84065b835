"""The article in a web page: its text and its date (trafilatura, extra `html`)."""

import logging
from typing import Any

from stance.article import UnreadableError
from stance.errors import MissingExtraError


def read_page(data: bytes, source: str) -> tuple[str, str | None]:
    """Text and date of an HTML page; paragraphs stand a blank line apart. Offsets of quotes count in this text.

    Raises UnreadableError where no article is found in it, MissingExtraError without trafilatura.
    """
    found = require_trafilatura(f"reading {source}").bare_extraction(data, with_metadata=True)
    text = (found.text or "") if found is not None else ""
    if not text.strip():
        raise UnreadableError(
            "no article found", f"{source}: no article found in the page; save its text as a .txt file"
        )
    return text.replace("\n", "\n\n"), found.date or None


def require_trafilatura(purpose: str) -> Any:
    """The package trafilatura. Raises MissingExtraError where it is not installed."""
    try:
        import trafilatura
    except ImportError:
        raise MissingExtraError(f"{purpose} needs trafilatura: pip install 'stance[html]'") from None
    for name in ("trafilatura", "htmldate"):  # what they say about a page goes to who listens, not to the terminal
        logging.getLogger(name).addHandler(logging.NullHandler())
    return trafilatura
