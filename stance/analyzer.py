"""`Analyzer`: the one room that knows all the steps from an article to its quotes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from stance.attribution import Attribution, attribute
from stance.coreference import speakers_of
from stance.errors import InputError, ModelError
from stance.failure import Failure, failure_of
from stance.jobs import Batch, Shared, batches, in_rounds
from stance.marks import quoted_stretches
from stance.paragraphs import paragraphs_of
from stance.quote import Quote, Span, Stance
from stance.roster import Roster, load_roster
from stance.sentences import Sentences, paragraph_spans

if TYPE_CHECKING:
    from stance.features import Passage
    from stance.loading import Model

_Range = tuple[int, int]
# A quote without its words, which the article has: start, end, speaker, mention, cue, rule, a probability per label. So
# little goes from one process to another.
_Row = tuple[int, int, str | None, _Range | None, _Range | None, str | None, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Extraction:
    """What the rooms before the classifier found in an article: attributions, their speakers, the sentences."""

    article: str
    attributions: Sequence[Attribution]
    speakers: Sequence[str | None]
    sentences: Sentences | None = None


@dataclass(frozen=True, slots=True)
class _Judged:
    """The rows of each article of a batch, or its failure; `labels` are those of the probabilities."""

    labels: Sequence[str]
    articles: Sequence[Sequence[_Row] | Failure]


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
        extraction = self.extract(article)
        labels, (rows,) = self._judged([extraction])
        quotes = _quotes(article, rows, labels)
        if not explain or not quotes:
            return quotes
        from stance.evidence import evidence, strongest

        passages = passages_of(extraction)
        return [
            replace(quote, evidence=tuple(strongest(evidence(self.model, passage, quote.stance))))
            for quote, passage in zip(quotes, passages, strict=True)
        ]

    def analyze_many(self, articles: Iterable[str], jobs: int = 1) -> Iterator[list[Quote]]:
        """The quotes of each article, in order, in constant memory; `jobs` processes (-1: one a core).

        An article that fails (no string, or whatever goes wrong with it) gives a `Failure`, an empty list with an
        `error`, and the rest goes on. What the iterator `articles` raises is raised, behind the quotes of the articles
        before. Articles are read some batches ahead of the results, and never more (docs/scale.md). Raises ModelError
        where there is no model, ValueError where `jobs` is 0.
        """
        todo = batches(articles)
        if jobs == 1:
            return _results((batch, self._batch(batch)) for batch in todo)
        shared = Shared(self)
        return _results(in_rounds(partial(_batch_of, shared), todo, jobs))

    def extract(self, article: str) -> Extraction:
        """The quotes of an article with their sources and speakers, before any stance."""
        if not isinstance(article, str):
            raise InputError(f"an article must be a string, not {type(article).__name__}; decode bytes first")
        spans = paragraph_spans(article)
        stretches = quoted_stretches(article, spans)
        if not stretches:
            return Extraction(article, (), ())
        sentences = Sentences(article, [(s.start, s.end) for s in stretches])
        paragraphs = paragraphs_of(article, stretches, sentences, spans)
        attributions = attribute(article, stretches, paragraphs)
        speakers = speakers_of(article, paragraphs, attributions, self.roster)
        return Extraction(article, attributions, speakers, sentences)

    def _judged(self, extractions: Sequence[Extraction]) -> tuple[Sequence[str], list[list[_Row]]]:
        """The labels of the classifier, and the rows of each article, all judged in one call."""
        passages = [passage for extraction in extractions for passage in passages_of(extraction)]
        if not passages:
            return (), [[] for _ in extractions]
        model = self.model
        # The parts of an utterance are one passage.
        once = {passage: number for number, passage in enumerate(dict.fromkeys(passages))}
        rows_of = model.predict_proba(list(once)).tolist()
        judged = (rows_of[once[passage]] for passage in passages)
        rows = [
            [_row(*found, next(judged)) for found in zip(extraction.attributions, extraction.speakers, strict=True)]
            for extraction in extractions
        ]
        return [str(label) for label in model.classes_], rows

    def _batch(self, batch: Batch) -> _Judged:
        found: list[Extraction | Failure] = []
        for number, article in enumerate(batch.articles, batch.first):
            try:
                found.append(self.extract(article))
            except Exception as error:  # whatever is wrong with one article, the others go on
                found.append(failure_of(number, error))
        try:
            labels, rows = self._judged([item for item in found if isinstance(item, Extraction)])
        except ModelError:  # wrong with the model, not with an article
            raise
        except Exception:
            return self._one_by_one(batch, found)
        good = iter(rows)
        return _Judged(labels, [item if isinstance(item, Failure) else next(good) for item in found])

    def _one_by_one(self, batch: Batch, found: Sequence[Extraction | Failure]) -> _Judged:
        """The articles of a batch in which the judgement of one fails."""
        labels: Sequence[str] = ()
        articles: list[Sequence[_Row] | Failure] = []
        for number, item in enumerate(found, batch.first):
            if isinstance(item, Failure):
                articles.append(item)
                continue
            try:
                own, (rows,) = self._judged([item])
            except Exception as error:
                articles.append(failure_of(number, error))
            else:
                labels = own or labels
                articles.append(rows)
        return _Judged(labels, articles)


def _batch_of(shared: "Shared[Analyzer]", batch: Batch) -> _Judged:
    return shared.value._batch(batch)


def _results(judged: Iterable[tuple[Batch, _Judged]]) -> Iterator[list[Quote]]:
    for batch, found in judged:
        for article, rows in zip(batch.articles, found.articles, strict=True):
            yield rows if isinstance(rows, Failure) else _quotes(article, rows, found.labels)


def _row(attribution: Attribution, speaker: str | None, probabilities: Sequence[float]) -> _Row:
    stretch, mention, cue = attribution.stretch, attribution.mention, attribution.cue
    return (
        stretch.start,
        stretch.end,
        speaker,
        (mention.start, mention.end) if mention else None,
        (cue.start, cue.end) if cue else None,
        attribution.rule,
        probabilities,
    )


def _quotes(article: str, rows: Sequence[_Row], labels: Sequence[str]) -> list[Quote]:
    stances = [Stance(label) for label in labels]
    quotes = []
    for start, end, speaker, mention, cue, rule, probabilities in rows:
        quotes.append(
            Quote(
                text=article[start:end],
                start=start,
                end=end,
                speaker=speaker,
                mention=Span(*mention, article[mention[0] : mention[1]]) if mention else None,
                cue=Span(*cue, article[cue[0] : cue[1]]) if cue else None,
                rule=rule,
                stance=stances[max(range(len(stances)), key=probabilities.__getitem__)],
                probabilities=dict(zip(labels, probabilities, strict=True)),
            )
        )
    return quotes


def passages_of(extraction: Extraction) -> "list[Passage]":
    """What the classifier sees of each quote: parts of one utterance are judged together, as one text."""
    from stance.features import Passage, passage_of

    article, attributions = extraction.article, extraction.attributions
    if not attributions:
        return []
    spans = [(a.stretch.start, a.stretch.end) for a in attributions]
    found = extraction.sentences
    if found is None or found.quoted != spans:  # terms are the writer's own words here
        found = Sentences(article, spans, like=found)
    sentences = found.around(spans)
    single = [passage_of(article, a.stretch.start, a.stretch.end, sentences) for a in attributions]
    parts: dict[int, list[int]] = {}
    for number, attribution in enumerate(attributions):
        parts.setdefault(attribution.utterance, []).append(number)
    joined: dict[int, Passage] = {}
    for numbers in parts.values():
        first, last = numbers[0], numbers[-1]
        if first == last:
            joined[first] = single[first]
            continue
        between = article[attributions[first].stretch.end : attributions[last].stretch.start]
        text = " ".join(single[n].text for n in numbers)
        joined[first] = Passage(text, single[first].before, between + single[last].after)
    return [joined[parts[a.utterance][0]] for a in attributions]
