"""Our Punkt decides as nltk's does, with the same abbreviations."""

from functools import cache
from typing import Any

import nltk
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

from stance.lexicons import word_list
from stance.punkt import sentences_in
from stance.sentences import paragraph_spans
from training.corpus import TRAIN, load_articles

PIECES = (
    *"abJ.?!,;:-()[]{}'\"“”‘’«»`5_&#*@é—…",
    *(
        " ",
        "  ",
        "\n",
        "\t",
        "\xa0",
        "...",
        ". . .",
        "--",
        "Gen",
        "U.S",
        "p.m",
        "No",
        "vice-adm",
        "Wei",
        "said",
        "3.5",
        "1,000",
    ),
)
CASES = (
    "Gen. Wei. He said so.",
    "It cost 5. Then 6. and 7., or so.",
    "J. Bach wrote. j. bach did not.",
    "He left (at noon.) She stayed.",
    "Stop!!! Why?! No... Yes.... I see . . . . Well.",
    "Sen. Warren (D-Mass.) spoke. Adm.) Vice-adm. Cruz",
    "A.B.? C!D. e.",
)


@cache
def reference() -> Any:
    parameters = PunktParameters()
    parameters.abbrev_types = set(word_list("abbreviations.txt"))
    return PunktSentenceTokenizer(parameters)


def expected(text: str) -> list[tuple[int, int]]:
    return list(reference().span_tokenize(text))


@pytest.mark.parametrize("text", CASES)
def test_decides_as_nltk(text: str) -> None:
    assert sentences_in(text) == expected(text)


# Older versions take another view of quotation marks that open behind a full stop.
newest = pytest.mark.skipif(
    tuple(map(int, nltk.__version__.split(".")[:3])) < (3, 10, 4), reason="NLTK before 3.10.4 decided otherwise"
)


@newest
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=40).map("".join).map(str.strip).filter(bool))
def test_decides_as_nltk_on_any_text(text: str) -> None:
    assert sentences_in(text) == expected(text)


@newest
def test_decides_as_nltk_on_the_corpus() -> None:
    for article in load_articles(TRAIN):
        for start, end in paragraph_spans(article.text):
            text = article.text[start:end]
            assert sentences_in(text) == expected(text)
