"""Coverage-guided fuzzing: `python -m tests.fuzz TARGET [--seconds N] [--crashes FOLDER] [libFuzzer options]`.

Needs the extra fuzz (atheris). A find is written to FOLDER (fuzz-crashes), its traceback to stderr; keep it as a case
in tests/cases or as an @example in tests/test_properties.py, then mend it. docs/reliability.md: how long this has run.
"""

import argparse
import os
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["stance"]):
    from tests.fuzz import targets


def main() -> None:
    """Runs one target until its time is over, or until something is found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=sorted(targets.TARGETS))
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--crashes", type=Path, default=Path("fuzz-crashes"))
    options, rest = parser.parse_known_args()
    options.crashes.mkdir(parents=True, exist_ok=True)
    arguments = [
        sys.argv[0],
        f"-max_total_time={options.seconds}",
        f"-artifact_prefix={options.crashes}{os.sep}{options.target}-",
        "-max_len=4096",
        "-rss_limit_mb=4096",
        *rest,
    ]
    atheris.Setup(arguments, targets.TARGETS[options.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
