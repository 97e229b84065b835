"""Scores quote detection and attribution on annotated news.

    python benchmarks/attribution.py FOLDER [--rules] [--errors N]

FOLDER (or a single file) holds JSON lines, an article a line:
    {"id", "text", "quotes": [{"start", "end", "kind", "source_text", "source_spans"}]}
That is PolNeAR (Newell, Margolin and Ruths 2018, "An Attribution Relations Corpus for Political News", LREC) with
the quoted stretches of its attributions; `source_text` is None where the article gives no source.

The corpus is public and not ours to ship: get it at github.com/networkdynamics/PolNeAR and convert it to such lines.

Figures: detection (exact: both edges within two characters; overlap: at least 0.8 of what either covers), recall on
full quotes, the mention (overlaps a gold source span), the name (shares a capitalised word, or is the same pronoun),
and end to end (quote and name).
"""

import argparse
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from stance.analyzer import Analyzer
from stance.attribution import Attribution
from stance.lexicons import table, word_list

_WHERE = "The corpus is public: get it at github.com/networkdynamics/PolNeAR and convert it to the lines of --help."
OVERLAP = 0.8
EDGE = 2  # characters by which an exact edge may differ


def articles_in(path: Path) -> Iterator[dict[str, Any]]:
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files or not all(file.exists() for file in files):
        sys.exit(f"{path}: no .jsonl files there. {_WHERE}")
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if "quotes" in row and "text" in row:
                yield row


def overlap(a: tuple[int, int], b: tuple[int, int]) -> float:
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return max(shared, 0) / max(max(a[1], b[1]) - min(a[0], b[0]), 1)


def matched(gold: Sequence[dict[str, Any]], found: Sequence[Attribution]) -> dict[int, int]:
    """Number of the gold quote → number of the quote found that overlaps it most, each used once."""
    pairs = sorted(
        (
            (share, i, j)
            for i, g in enumerate(gold)
            for j, f in enumerate(found)
            if (share := overlap((g["start"], g["end"]), (f.stretch.start, f.stretch.end))) > 0
        ),
        reverse=True,
    )
    result: dict[int, int] = {}
    for share, i, j in pairs:
        if share >= OVERLAP and i not in result and j not in result.values():
            result[i] = j
    return result


def names_in(text: str) -> set[str]:
    words = (re.sub(r"['’]s?$", "", w) for w in re.findall(r"[^\W\d_][\w.’'-]*", text))
    plain = {w.lower().strip(".") for w in words if w[:1].isupper() and len(w) > 1}
    return plain - word_list("titles.txt") - set(table("word_classes.tsv"))


def same_name(gold: str, found: str | None) -> bool:
    if not found:
        return False
    small = table("word_classes.tsv")
    pronouns = [
        w if small.get(w) in ("pronoun", "possessive", "relative") else None for w in (gold.lower(), found.lower())
    ]
    if any(pronouns):
        return pronouns[0] == pronouns[1]
    if names_in(gold):
        return bool(names_in(gold) & names_in(found))
    content = [{w for w in re.findall(r"\w+", t.lower()) if w not in small} for t in (gold, found)]
    return bool(content[0] & content[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rules", action="store_true", help="how often each rule fires and is right")
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="print the first N errors")
    options = parser.parse_args()
    analyzer = Analyzer()
    count: Counter[str] = Counter()
    rules: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    shown = 0
    for article in articles_in(options.folder):
        text, gold = article["text"], article["quotes"]
        found = analyzer.extract(text).attributions
        pairs = matched(gold, found)
        count.update(articles=1, gold=len(gold), found=len(found), full=sum(g.get("kind") == "full" for g in gold))
        right = set()
        for i, quote in enumerate(gold):
            if i not in pairs:
                if shown < options.errors:
                    print(f"{article['id'][:40]}  missed  {quote['text'][:90]!r}")
                    shown += 1
                continue
            hit = found[pairs[i]]
            exact = abs(hit.stretch.start - quote["start"]) <= EDGE and abs(hit.stretch.end - quote["end"]) <= EDGE
            count.update(overlap=1, exact=exact, full_found=quote.get("kind") == "full")
            mention = hit.mention
            if quote["source_text"] is None:
                count.update(end_to_end=mention is None)
                continue
            spans = quote["source_spans"]
            in_place = mention is not None and any(mention.start < b and a < mention.end for a, b in spans)
            named = same_name(quote["source_text"], mention.text if mention else None)
            count.update(sources=1, mention=in_place, name=named, end_to_end=named)
            if named:
                right.add(pairs[i])
            elif shown < options.errors:
                got = mention.text if mention else None
                print(
                    f"{article['id'][:40]}  {got!r} ({hit.rule}) for {quote['source_text']!r}: {quote['text'][:60]!r}"
                )
                shown += 1
        for j, hit in enumerate(found):
            row = rules[hit.rule or "(no source)"]
            row[0] += 1
            row[1] += j in pairs.values()
            row[2] += j in right
    report(count, rules if options.rules else {})


def report(count: Counter[str], rules: dict[str, list[int]]) -> None:
    def percent(part: str, whole: int) -> str:
        return f"{100 * count[part] / max(whole, 1):.1f}"

    both = count["gold"] + count["found"]
    print(f"articles {count['articles']}, quotes {count['gold']}, found {count['found']}")
    for name, part in (
        ("detection, exact F1", "exact"),
        ("detection, overlap F1", "overlap"),
        ("end to end F1", "end_to_end"),
    ):
        print(f"{name:24}{200 * count[part] / max(both, 1):.1f}")
    print(f"{'recall on full quotes':24}{percent('full_found', count['full'])}")
    print(f"{'source: mention':24}{percent('mention', count['sources'])}")
    print(f"{'source: name':24}{percent('name', count['sources'])}")
    for name, (fired, quotes, right) in sorted(rules.items(), key=lambda item: -item[1][0]):
        print(f"  {name:22} fired {fired:5}   a quote {quotes / fired:.2f}   right name {right / fired:.2f}")


if __name__ == "__main__":
    main()
