"""What stands in the place of an article's quotes where the article could not be analysed: `Failure`."""

from typing import Any, NoReturn

from stance.errors import InputError, StanceError
from stance.quote import Quote


class Failure(list[Quote]):
    """An empty list of quotes with the `error` that says why there are none; it can't be changed.

    `analyze_many` gives one for an article that fails, so that a loop over its results goes on. `error` is a
    StanceError: InputError where the article is no string. Its message starts with the number of the article,
    counted from 0.

    >>> failure = Failure(InputError("article 3: an article must be a string, not int"))
    >>> list(failure), failure.error
    ([], InputError('article 3: an article must be a string, not int'))
    """

    __slots__ = ("error",)
    error: StanceError

    def __init__(self, error: StanceError) -> None:
        super().__init__()
        object.__setattr__(self, "error", error)

    def __repr__(self) -> str:
        return f"Failure({self.error!r})"

    def __reduce__(self) -> tuple[type["Failure"], tuple[StanceError]]:
        return Failure, (self.error,)

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("a Failure is empty and can't be changed")

    __setattr__ = __delattr__ = __setitem__ = __iadd__ = __imul__ = _refuse
    append = extend = insert = _refuse


def failure_of(number: int, error: Exception) -> Failure:
    """The failure of the article `number` by any exception.

    >>> failure_of(3, ValueError("too odd")).error
    StanceError('article 3: could not be analysed (ValueError: too odd); report it, with its text')
    """
    if isinstance(error, InputError):
        return Failure(InputError(f"article {number}: {error}"))
    reason = f"{type(error).__name__}: {error}"
    return Failure(StanceError(f"article {number}: could not be analysed ({reason}); report it, with its text"))
