"""The whole way on whole articles: quotes found, their speakers and stances, against a gold annotation."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from training.corpus import ROSTER, Article, GoldQuote
from training.scores import label_scores, retrieval_scores

# A predicted quote is the gold one if they share this much of the characters that either covers.
OVERLAP = 0.8


def overlap(a: tuple[int, int], b: tuple[int, int]) -> float:
    """The share that two spans have in common of all that either covers.

    >>> overlap((0, 10), (0, 8)), overlap((0, 4), (6, 9))
    (0.8, 0.0)
    """
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return max(shared, 0) / max(max(a[1], b[1]) - min(a[0], b[0]), 1)


def matched(gold: Sequence[GoldQuote], predicted: Sequence[Any]) -> list[tuple[GoldQuote, Any]]:
    """Pairs of gold and predicted quotes that are the same stretch, the best overlap first, each used once."""
    candidates = sorted(
        (-overlap((g.start, g.end), (p.start, p.end)), i, j)
        for i, g in enumerate(gold)
        for j, p in enumerate(predicted)
    )
    pairs: list[tuple[int, int]] = []
    taken_gold: set[int] = set()
    taken: set[int] = set()
    for share, i, j in candidates:
        if -share >= OVERLAP and i not in taken_gold and j not in taken:
            taken_gold.add(i)
            taken.add(j)
            pairs.append((i, j))
    return [(gold[i], predicted[j]) for i, j in sorted(pairs)]


def wanted_speaker(quote: GoldQuote, names: Sequence[str] = ROSTER) -> str | None:
    """The speaker as the library names it: one of `names`, None for Other and Unknown."""
    return quote.speaker if quote.speaker in names else None


def end_to_end(
    articles: Iterable[Article], analyze: Callable[[str], Sequence[Any]], names: Sequence[str] = ROSTER
) -> tuple[dict[str, Any], list[str]]:
    """The scores of `analyze` on whole articles, and a line for each quote that is not entirely right.

    `names` are those of the roster that `analyze` looks for.
    """
    gold_total = predicted_total = all_right = articles_total = 0
    speakers: list[bool] = []
    named: list[bool] = []
    gold_stances: list[str] = []
    predicted_stances: list[str] = []
    errors: list[str] = []
    for article in articles:
        predicted = list(analyze(article.text))
        pairs = matched(article.quotes, predicted)
        articles_total += 1
        gold_total += len(article.quotes)
        predicted_total += len(predicted)
        for gold, quote in pairs:
            speaker, stance = wanted_speaker(gold, names), str(quote.stance)
            speakers.append(quote.speaker == speaker)
            if speaker:
                named.append(quote.speaker == speaker)
            gold_stances.append(gold.stance)
            predicted_stances.append(stance)
            if speakers[-1] and stance == gold.stance:
                all_right += 1
            else:
                errors.append(
                    f"{article.id} {gold.text[:70]!r}: speaker {quote.speaker}, want {speaker}; "
                    f"stance {stance}, want {gold.stance}"
                )
        found, used = {id(gold) for gold, _ in pairs}, {id(quote) for _, quote in pairs}
        errors += [f"{article.id} missed {g.text[:90]!r} ({g.speaker})" for g in article.quotes if id(g) not in found]
        errors += [f"{article.id} no quote: {q.text[:90]!r} (got {q.speaker})" for q in predicted if id(q) not in used]
    scores = {
        "articles": articles_total,
        "quotes": retrieval_scores(len(speakers), predicted_total, gold_total),
        "speaker_accuracy": sum(speakers) / max(len(speakers), 1),
        "roster_speaker_recall": sum(named) / max(len(named), 1),
        "stances": label_scores(gold_stances, predicted_stances),
        "all_right": retrieval_scores(all_right, predicted_total, gold_total),
    }
    return scores, errors
