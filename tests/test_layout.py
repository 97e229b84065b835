"""The layout of the house: imports go one way, data files say where they come from, rooms stay small."""

import ast
from pathlib import Path

import pytest

STANCE = Path(__file__).parents[1] / "stance"

# The modules, low to high: each imports only from modules before it. `__main__` is the door, above all.
ORDER = [
    "errors",
    "quote",
    "failure",
    "jobs",
    "lexicons",
    "punkt",
    "sentences",
    "pairing",
    "marks",
    "tokens",
    "mentions",
    "clauses",
    "verbs",
    "terms",
    "paragraphs",
    "subjects",
    "cues",
    "tags",
    "rules",
    "attribution",
    "roster",
    "persons",
    "presence",
    "surroundings",
    "antecedents",
    "coreference",
    "features",
    "arrays",
    "vectors",
    "vocabulary",
    "runs",
    "speech_acts",
    "counting",
    "linear",
    "classifier",
    "encoder",
    "loading",
    "evidence",
    "analyzer",
    "article",
    "formats",
    "frames",
    "__init__",
    "report.__init__",
    "report.highlight",
    "report.page",
    "report.tally",
    "report.article",
    "spark",
    "spacy_component",
    "table",
    "pages",
    "records",
    "sources",
    "reading",
    "durable",
    "writing",
    "journal",
    "summary",
    "corpus_run",
    "progress",
    "report.rows",
    "report.corpus",
    "arguments",
    "report.command",
    "completion",
    "web.__init__",
    "web.settings",
    "web.errors",
    "web.limits",
    "web.security",
    "web.jobs",
    "web.workers",
    "web.messages",
    "web.api",
    "web.pages",
    "web.app",
    "web.protocol",
    "web.command",
    "cli",
    "__main__",
]
MAX_LINES = 600
DATA = sorted(p for p in (STANCE / "data").rglob("*") if p.is_file())


def modules() -> list[str]:
    paths = (p.relative_to(STANCE) for p in STANCE.rglob("*.py"))
    return sorted(".".join(p.with_suffix("").parts) for p in paths)


def imports_of(module: str) -> set[str]:
    """Every module that a module of stance imports, at its top or inside a function; not for type checking only."""
    tree = ast.parse((STANCE / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    only_types = {node for branch in ast.walk(tree) if _is_for_types(branch) for node in ast.walk(branch)}
    found: set[str] = set()
    for node in ast.walk(tree):
        if node in only_types:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: import by the full name, not relative"
            if node.module == "stance":  # from stance import mentions
                names = [alias.name for alias in node.names]
                found.update(f"stance.{name}" if name in ORDER else "stance.__init__" for name in names)
            else:
                found.add(node.module or "")
    return found


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def test_every_module_has_a_place_in_the_order() -> None:
    assert sorted(ORDER) == modules(), "give a new module its place in ORDER"


@pytest.mark.parametrize("module", modules())
def test_imports_go_one_way(module: str) -> None:
    low = set(ORDER[: ORDER.index(module)])
    own = {name.removeprefix("stance.") for name in imports_of(module) if name.startswith("stance.")}
    assert own <= low, f"{module} imports from above: {sorted(own - low)}"


@pytest.mark.parametrize("module", modules())
def test_nothing_imports_training(module: str) -> None:
    roots = {name.partition(".")[0] for name in imports_of(module)}
    assert not roots & {"training", "tests", "benchmarks", "pytest", "hypothesis"}


@pytest.mark.parametrize("module", modules())
def test_every_module_says_what_it_is(module: str) -> None:
    path = STANCE / f"{module.replace('.', '/')}.py"
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", DATA, ids=lambda p: p.name)
def test_data_files_say_where_they_come_from(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    head = " ".join(line for line in lines[:12] if line.startswith("#")).lower()
    assert lines[0].startswith("#")
    assert "provenance" in head or "written for this project" in head


@pytest.mark.parametrize("path", [p for p in DATA if p.suffix in (".txt", ".tsv")], ids=lambda p: p.name)
def test_lexicons_are_clean(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert lines
    assert [line for line in lines if line != line.strip()] == []
    keys = lines if path.suffix == ".txt" else [tuple(line.split("\t")[:2]) for line in lines]
    assert len(set(keys)) == len(keys), "an entry stands twice"
    if path.suffix == ".tsv":
        assert {line.count("\t") for line in lines} in ({1}, {2})


def test_no_room_is_too_large() -> None:
    sizes = {p.name: len(p.read_text(encoding="utf-8").splitlines()) for p in STANCE.rglob("*.py")}
    large = {name: size for name, size in sizes.items() if size > MAX_LINES}
    print("lines:", dict(sorted(sizes.items(), key=lambda item: -item[1])))
    assert not large, f"over {MAX_LINES} lines, split: {large}"
