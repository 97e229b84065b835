"""`Analyzer`: the one room that knows all the steps from an article to its quotes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from stance.attribution import Attribution, attribute
from stance.coreference import speakers_of
from stance.errors import InputError
from stance.marks import quoted_stretches
from stance.paragraphs import paragraphs_of
from stance.quote import Quote, Stance
from stance.roster import Roster, load_roster
from stance.sentences import sentence_spans

if TYPE_CHECKING:
    from stance.features import Passage
    from stance.loading import Model

_BATCH = 64  # articles whose quotes are judged in one call of the classifier


@dataclass(frozen=True, slots=True)
class Extraction:
    """What the rooms before the classifier found in an article: attributions, their speakers, the sentences."""

    article: str
    attributions: Sequence[Attribution]
    speakers: Sequence[str | None]


class Analyzer:
    """Finds the quotes of articles, their speakers on a roster, and their stances.

    roster   the speakers looked for; None: the default roster
    model    what `load_model` gives, or a classifier of your own over passages; None: the small one, on first use

    >>> analyzer = Analyzer()
    >>> [(q.speaker, q.text) for q in analyzer.analyze("“We want dialogue,” Austin said.")]
    [('Austin', 'We want dialogue,')]
    """

    def __init__(self, roster: Roster | None = None, model: "Model | None" = None) -> None:
        self.roster = roster if roster is not None else load_roster()
        self._model = model

    @property
    def model(self) -> "Model":
        """The classifier. Raises ModelError where the shipped one can't be loaded."""
        if self._model is not None:
            return self._model
        # Imported on first use, and not kept: `import stance` stays quick, workers load the shipped model themselves.
        from stance.loading import load_model

        return load_model()

    def analyze(self, article: str, explain: bool = False) -> list[Quote]:
        """The quotes of an article, in order. Raises InputError where the article is no string.

        With `explain` each has its `evidence`, the words that weighed most; that takes as many judgements as words.
        """
        quotes = next(self._judged([article]))
        if not explain or not quotes:
            return quotes
        from stance.evidence import evidence, strongest

        passages = passages_of(self.extract(article))
        return [
            replace(quote, evidence=tuple(strongest(evidence(self.model, passage, quote.stance))))
            for quote, passage in zip(quotes, passages, strict=True)
        ]

    def analyze_many(self, articles: Iterable[str], jobs: int = 1) -> Iterator[list[Quote]]:
        """The quotes of each article, in order, in constant memory; `jobs` processes (-1: one a core).

        Raises InputError where an article is no string.
        """
        if jobs == 1:
            for batch in _batches(articles):
                yield from self._judged(batch)
            return
        from joblib import Parallel, delayed

        parallel = Parallel(n_jobs=jobs, return_as="generator", pre_dispatch="2*n_jobs", batch_size=1)
        for results in parallel(delayed(_analyze_batch)(self, batch) for batch in _batches(articles)):
            yield from results

    def extract(self, article: str) -> Extraction:
        """The quotes of an article with their sources and speakers, before any stance."""
        if not isinstance(article, str):
            raise InputError(f"an article must be a string, not {type(article).__name__}; decode bytes first")
        stretches = quoted_stretches(article)
        if not stretches:
            return Extraction(article, (), ())
        paragraphs = paragraphs_of(article, stretches)
        attributions = attribute(article, stretches, paragraphs)
        speakers = speakers_of(article, paragraphs, attributions, self.roster)
        return Extraction(article, attributions, speakers)

    def _judged(self, articles: Sequence[str]) -> Iterator[list[Quote]]:
        extractions = [self.extract(article) for article in articles]
        passages = [passage for extraction in extractions for passage in passages_of(extraction)]
        if passages:
            classes = [Stance(label) for label in self.model.classes_]
            rows = iter(self.model.predict_proba(passages).tolist())
        for extraction in extractions:
            quotes = []
            for attribution, speaker in zip(extraction.attributions, extraction.speakers, strict=True):
                probabilities = dict(zip(classes, next(rows), strict=True))
                stretch = attribution.stretch
                quotes.append(
                    Quote(
                        text=extraction.article[stretch.start : stretch.end],
                        start=stretch.start,
                        end=stretch.end,
                        speaker=speaker,
                        mention=attribution.mention,
                        cue=attribution.cue,
                        rule=attribution.rule,
                        stance=max(probabilities, key=lambda label: probabilities[label]),
                        probabilities={str(label): p for label, p in probabilities.items()},
                    )
                )
            yield quotes


def passages_of(extraction: Extraction) -> "list[Passage]":
    """What the classifier sees of each quote: parts of one utterance are judged together, as one text."""
    from stance.features import Passage, passage_of

    article, attributions = extraction.article, extraction.attributions
    if not attributions:
        return []
    sentences = sentence_spans(article, [(a.stretch.start, a.stretch.end) for a in attributions])
    single = [passage_of(article, a.stretch.start, a.stretch.end, sentences) for a in attributions]
    parts: dict[int, list[int]] = {}
    for number, attribution in enumerate(attributions):
        parts.setdefault(attribution.utterance, []).append(number)
    joined: dict[int, Passage] = {}
    for numbers in parts.values():
        first, last = numbers[0], numbers[-1]
        between = article[attributions[first].stretch.end : attributions[last].stretch.start] if last > first else ""
        joined[first] = Passage(
            text=" ".join(single[n].text for n in numbers),
            before=single[first].before,
            after=between + single[last].after if last > first else single[first].after,
        )
    return [joined[parts[a.utterance][0]] for a in attributions]


def _batches(articles: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(articles)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _analyze_batch(analyzer: Analyzer, articles: Sequence[str]) -> list[list[Quote]]:
    return list(analyzer._judged(articles))
