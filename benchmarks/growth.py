"""How time and memory grow: python benchmarks/growth.py [FILE …] [--most N] [--jobs N] [--write]

Against the number of articles (100, 1,000, … up to --most; the texts repeated with changed names, as a generator) and
against the length of an article (texts strung together). Each size runs in a process of its own; time is wall time
without loading, memory the highest resident size of any one of its processes. --write puts table and plot into
benchmarks/README.md and growth.png (extra: plots). --most 100000 takes some ten minutes on one core.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from texts import load_texts, repeated

from stance import Analyzer

HERE = Path(__file__).parent
README, PLOT = HERE / "README.md", HERE / "growth.png"
MARKS = ("<!-- growth -->", "<!-- /growth -->")
LENGTHS = (1, 4, 16, 64, 256)  # articles strung together to one


def measure(articles: Iterator[str], jobs: int) -> dict[str, float]:
    """Seconds, characters, quotes and megabytes of memory for the articles, the results thrown away."""
    analyzer = Analyzer()
    list(analyzer.analyze_many(["“No,” Wei said."] * jobs, jobs=jobs))
    characters = 0

    def counted() -> Iterator[str]:
        nonlocal characters
        for article in articles:
            characters += len(article)
            yield article

    start = time.perf_counter()
    quotes = sum(map(len, analyzer.analyze_many(counted(), jobs=jobs)))
    seconds = time.perf_counter() - start
    if jobs > 1:
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor().shutdown(wait=True)  # so that their memory is accounted for
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    memory = max(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024
    return {"seconds": seconds, "characters": characters, "quotes": quotes, "memory": memory}


def in_own_process(arguments: Sequence[str]) -> dict[str, float]:
    command = [sys.executable, __file__, *arguments]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    row: dict[str, float] = json.loads(result.stdout)
    return row


def by_number(files: Sequence[str], most: int, jobs: int) -> list[dict[str, float]]:
    sizes = [size for size in (10**power for power in range(2, 8)) if size <= most]
    common = [*files, "--jobs", str(jobs)]
    return [{"size": size, **in_own_process([*common, "--articles", str(size)])} for size in sizes]


def by_length(files: Sequence[str]) -> list[dict[str, float]]:
    return [{"size": length, **in_own_process([*files, "--together", str(length)])} for length in LENGTHS]


def table(title: str, rows: Sequence[dict[str, float]], per: str) -> str:
    lines = [f"| {title} | characters | quotes | seconds | {per} | memory, MB |", "|---:|---:|---:|---:|---:|---:|"]
    for row in rows:
        each = 1e6 * row["seconds"] / row["characters"] if per == "seconds/MB" else 1e3 * row["seconds"] / row["size"]
        figures = f"{row['characters']:,.0f} | {row['quotes']:,.0f} | {row['seconds']:.2f} | {each:.2f}"
        lines.append(f"| {row['size']:,.0f} | {figures} | {row['memory']:,.0f} |")
    return "\n".join(lines)


def plot(number: Sequence[dict[str, float]], length: Sequence[dict[str, float]], path: Path) -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    panels = (("articles", number, "size"), ("characters in one article", length, "characters"))
    for axis, (name, rows, key) in zip(axes, panels, strict=True):
        sizes = [row[key] for row in rows]
        axis.loglog(sizes, [row["seconds"] for row in rows], "o-", label="seconds")
        axis.loglog(sizes, [row["memory"] for row in rows], "s--", label="memory, MB")
        axis.loglog(sizes, [rows[-1]["seconds"] * size / sizes[-1] for size in sizes], ":", label="linear")
        axis.set_xlabel(name)
        axis.grid(alpha=0.3)
        axis.legend()
    figure.savefig(path, dpi=110)


def write(text: str) -> None:
    """Puts the text between its marks in the README."""
    content = README.read_text(encoding="utf-8")
    before, _, rest = content.partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    README.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--most", type=int, default=1000, metavar="N", help="articles of the largest run (1000)")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="table and plot into benchmarks/README.md")
    parser.add_argument("--articles", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--together", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.articles or options.together:
        texts = load_texts(options.files)
        articles = repeated(texts, options.articles or options.together)
        if options.together:
            articles = iter(["\n\n".join(articles)])
        print(json.dumps(measure(articles, options.jobs)))
        return
    number, length = by_number(options.files, options.most, options.jobs), by_length(options.files)
    text = f"{table('articles', number, 'ms/article')}\n\n{table('articles in one', length, 'seconds/MB')}"
    print(text)
    if options.write:
        plot(number, length, PLOT)
        write(
            f"jobs={options.jobs}\n\n{text}\n\n![time and memory against size, both on logarithmic scales]({PLOT.name})"
        )


if __name__ == "__main__":
    main()
