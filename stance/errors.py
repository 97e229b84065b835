"""The errors that stance raises on purpose, all children of `StanceError`."""


class StanceError(Exception):
    """Any failure that stance foresees; its message names the input and the next step."""


class InputError(StanceError):
    """An article or a labelled file that can't be read as what it should be."""


class RosterError(StanceError):
    """A roster file that is broken; the message names the file, the entry and the mend."""


class ModelError(StanceError):
    """A model file that is missing, altered, or made for other versions."""


class MissingExtraError(StanceError, ImportError):
    """A feature whose optional packages are not installed; the message names the `pip install` that brings them."""


class OutputError(StanceError):
    """A file that can't be written, or an unfinished one that can't be taken up again."""
