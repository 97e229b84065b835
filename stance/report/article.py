"""Articles with their quotes → a page: a summary, every article with its quotes marked, and the reasons for each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from stance.quote import Evidence, Quote
from stance.report.highlight import ICONS, escaped, highlight, source_of
from stance.report.page import LABELS, render
from stance.report.tally import Count, by_speaker, segments


@dataclass(frozen=True, slots=True)
class Marked:
    """An article to show: its name, its text, and the quotes that were found in it."""

    name: str
    article: str
    quotes: Sequence[Quote]


@dataclass(frozen=True, slots=True)
class _Reasons:
    """What is told of a quote below the article, and beside it when it is pointed at."""

    number: int
    quote: Quote
    source: str
    stance: str
    probabilities: Sequence[tuple[str, float]]
    words: Sequence[tuple[str, Sequence[Evidence]]]


def article_page(articles: Sequence[Marked], *, threshold: float = 0.0, title: str | None = None) -> str:
    """One self-contained page of HTML with the articles; a table of contents where there are several.

    A stance with a probability below `threshold` is "uncertain". The words that weighed are shown where the quotes
    have `evidence` (`analyzer.analyze(article, explain=True)`). Raises InputError where quotes are of another.

    >>> page = article_page([Marked("harbour.txt", "It rained.", [])])
    >>> "<title>harbour.txt</title>" in page, "No quotes" in page
    (True, True)
    """
    counts: Counter[tuple[str | None, str]] = Counter()
    views = []
    for number, marked in enumerate(articles, 1):
        prefix = f"a{number}-"
        stances = [quote.stance_at(threshold) for quote in marked.quotes]
        counts.update((quote.speaker, stance) for quote, stance in zip(marked.quotes, stances, strict=True))
        views.append(
            {
                "id": f"a{number}",
                "prefix": prefix,
                "name": marked.name,
                "marked": highlight(
                    marked.article, marked.quotes, threshold=threshold, label=partial(_linked_label, prefix)
                ),
                "reasons": [_reasons(n, q, s) for n, (q, s) in enumerate(zip(marked.quotes, stances, strict=True), 1)],
                "bar": segments(Count("", Counter(stances)), LABELS, max(1, len(stances))),
            }
        )
    speakers = by_speaker(counts)
    longest = max((count.total for count in speakers), default=1)
    used = [label for label in LABELS if any(count.stances.get(label) for count in speakers)]
    if title is None:
        title = articles[0].name if len(articles) == 1 else f"Quotes of {len(articles):,} articles"
    return render(
        "article.html",
        ("marked.css", "report.css"),
        ("card.js",),
        title=title,
        articles=views,
        number=counts.total(),
        used=used,
        speakers=[(count, segments(count, LABELS, longest)) for count in speakers],
    )


def _linked_label(prefix: str, index: int, quote: Quote, stance: str) -> Markup:
    return Markup(
        '<a class="label added {1}" id="{0}q{2}" href="#{0}why{2}" data-label="{2}" aria-describedby="{0}told{2}">'
        '<span class="icon" aria-hidden="true">{3}</span><bdi>{4}</bdi><span class="unseen">, {1}, quote</span>'
        '<span class="count"> {5}</span></a>'
    ).format(prefix, stance, index, ICONS[stance], escaped(source_of(quote)), index + 1)


def _reasons(number: int, quote: Quote, stance: str) -> _Reasons:
    weights = {
        "for it": [item for item in quote.evidence if item.weight > 0],
        "against it": [item for item in quote.evidence if item.weight <= 0],
    }
    return _Reasons(
        number,
        quote,
        source_of(quote),
        stance,
        sorted(((str(label), p) for label, p in quote.probabilities.items()), key=lambda item: -item[1]),
        [(side, words) for side, words in weights.items() if words],
    )
