"""How the time for an article grows with its length: python benchmarks/scaling.py [--size N]

For texts of N and 4 N characters made of one repeated piece, the processor time of the extraction and the ratio; linear
is 4. Hostile pieces (one mark, no blanks) stand beside ordinary ones.
"""

import argparse
import time

from stance.analyzer import Analyzer

PIECES = (
    '"',
    "“",
    "'",
    "‘",
    "a.",
    " ",
    "\n",
    "said ",
    "Lloyd Austin ",
    '"a" ',
    "“We act,” he said. ",
    "“We act,” Wei said.\n\n",
    "Ann Bo said “no.”\n\nHe said “yes.”\n\nThe spokesman said “hm.”\n\n",
    "The minister, who sat, said “no” and ",
    "“No,” the department said.\n\n",
    "The Pentagon met. “No,” its spokesman, Al Bo, said. It said “no.”\n\n",
    "Dam is ‘safe and sound’\n\n",
    "When Austin was asked, he, in May, called it as “a” mess, saying “no.”\n\n",
    "‘We act, Ann Bo said. ",
)
RUNS = 3


def seconds(analyzer: Analyzer, text: str) -> float:
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        analyzer.extract(text)
        times.append(time.process_time() - start)
    return min(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=20_000, metavar="N", help="characters of the shorter text")
    size = parser.parse_args().size
    analyzer = Analyzer()
    analyzer.extract("“No,” Wei said.")  # loads the lexicons
    print(f"{'piece':70} {size:>9} {4 * size:>9}  ratio")
    for piece in PIECES:
        short, long = (seconds(analyzer, piece * (n // len(piece))) for n in (size, 4 * size))
        print(f"{piece!r:70} {short:8.3f}s {long:8.3f}s  {long / max(short, 1e-6):.1f}")


if __name__ == "__main__":
    main()
