"""Templates → one self-contained page: its styles and scripts stand in it, and nothing else may be loaded."""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from stance.quote import UNCERTAIN, Stance
from stance.report.highlight import ICONS, escaped

LABELS = (*(str(stance) for stance in Stance), UNCERTAIN)


def render(template: str, styles: tuple[str, ...], scripts: tuple[str, ...], **context: Any) -> str:
    """The page of a template with the named static files inlined, under a policy that allows these and no more.

    >>> "<title>a &lt; b</title>" in render("base.html", ("marked.css",), (), title="a < b")
    True
    """
    style, script = ("\n".join(map(_static, names)) for names in (styles, scripts))
    allowed = [f"style-src {_digest(style)}", f"script-src {_digest(script)}" if script else "script-src 'none'"]
    policy = "; ".join(["default-src 'none'", *allowed, "img-src data:", "base-uri 'none'", "form-action 'none'"])
    return (
        _environment()
        .get_template(template)
        .render(policy=policy, style=Markup(style), script=Markup(script), icons=ICONS, labels=LABELS, **context)
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("stance.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["share"] = share
    environment.filters["number"] = "{:,}".format
    return environment


def _finalized(value: Any) -> Any:
    return escaped(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def share(value: float) -> str:
    """A probability as people read it.

    >>> share(0.894), share(0.9999), share(0.001), share(1.0), share(0)
    ('89%', '>99%', '<1%', '100%', '0%')
    """
    if 0.995 <= value < 1:
        return ">99%"
    return "<1%" if 0 < value < 0.005 else f"{value:.0%}"


@cache
def _static(name: str) -> str:
    return (files("stance.report") / "static" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
