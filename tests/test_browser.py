"""The page in a real browser: with the mouse, with the keyboard alone, and with hostile text.

Needs playwright (extra browser) and a Chromium of the system; the tests install nothing. The checks of accessibility
need axe-core: `npm install axe-core` in the checkout, or its axe.min.js named in AXE.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from case_files import CASES

from training.corpus import from_gold
from training.evaluate import main as evaluate

pytest.importorskip("fastapi", reason="needs the extra web")
playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright (extra browser)")

from playwright.sync_api import expect  # noqa: E402
from web_server import Running, running  # noqa: E402

from stance import analyze  # noqa: E402
from stance.cli import main as stance_command  # noqa: E402
from stance.report.article import Marked, article_page  # noqa: E402
from stance.web.settings import Settings  # noqa: E402

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
if CHROMIUM is None:
    pytest.skip("needs a Chromium on this machine (Debian: apt-get install chromium)", allow_module_level=True)

ROOT = Path(__file__).parents[1]
AXE = Path(os.environ.get("AXE") or ROOT / "node_modules" / "axe-core" / "axe.min.js")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
ARTICLE = "“We thank the crew,” Lloyd Austin said.\n\n“Stay away from our coast,” Gen. Wei Fenghe warned.\n"
ISLAND = (CASES / "rosters" / "island-politics.toml").read_text(encoding="utf-8")
HOSTILE = "<img src=x onerror=window.hit=1><script>window.hit=2</script><svg/onload=window.hit=3>{{7*7}}${8*8}"
BREAKS_OUT = "'\" onfocus=window.hit=4 autofocus x='"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running(Settings(workers=1, body_bytes=60_000)) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any, server: Running) -> Iterator[Any]:
    """The page, ready; afterwards nothing may have gone elsewhere, and no error may stand in the console."""
    context = browser.new_context(viewport={"width": 1360, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.noted = noted = {"elsewhere": [], "console": [], "dialogs": []}
    page.expected = ()

    def request(asked: Any) -> None:
        if not asked.url.startswith((server.url, "blob:")):
            noted["elsewhere"].append(asked.url)

    def console(message: Any) -> None:
        if message.type in ("error", "warning") and not any(part in message.text for part in page.expected):
            noted["console"].append(message.text)

    def dialog(shown: Any) -> None:
        if shown.type != "beforeunload":
            noted["dialogs"].append(shown.message)
        shown.accept()

    page.on("request", request)
    page.on("console", console)
    page.on("pageerror", lambda error: noted["console"].append(str(error)))
    page.on("dialog", dialog)
    page.goto(server.url)
    expect(page.locator("#roster-summary")).not_to_be_empty()
    yield page
    assert noted == {"elsewhere": [], "console": [], "dialogs": []}
    context.close()


def analyse(page: Any, article: str = ARTICLE, quotes: int = 2) -> None:
    page.fill("#article", article)
    page.click("#analyse")
    expect(page.locator("mark.quote")).to_have_count(quotes)
    expect(page.locator("#result")).not_to_have_attribute("aria-busy", "true")


def labels(page: Any) -> list[str]:
    return [text.strip() for text in page.locator("#marked .label").all_inner_texts()]


def downloaded(page: Any, form: str, folder: Path) -> Path:
    with page.expect_download() as expected:
        page.click(f"[data-format={form}]")
    path = folder / expected.value.suggested_filename
    expected.value.save_as(path)
    return path


def focused(page: Any) -> str:
    return page.evaluate("document.activeElement.dataset.index ?? document.activeElement.id")


# ---- use ------------------------------------------------------------------------------------------------------------


def test_with_the_mouse(page: Any, tmp_path: Path) -> None:
    analyse(page)
    assert labels(page) == ["●Austin", "▲Wei"]
    assert page.inner_text("#status") == "2 quotes found."
    assert page.inner_text("#summary tbody tr:nth-child(1)").split() == ["Austin", "1", "0", "0"]

    page.click("mark.quote >> nth=1")
    assert "warned" in page.inner_text("#editor-why")
    page.click("#editor-speakers >> text=Pentagon")
    page.click("#editor-stances >> text=neutral")
    page.click("#editor >> text=Done")
    page.wait_for_selector("#editor", state="hidden")
    assert labels(page) == ["●Austin", "■Pentagon ✓"]
    assert page.inner_text("#corrections") == "(1 corrected)"

    gold = downloaded(page, "gold", tmp_path)
    article = from_gold(json.loads(gold.read_text(encoding="utf-8")))
    assert [(q.speaker, q.stance) for q in article.quotes] == [("Austin", "conciliatory"), ("Pentagon", "neutral")]
    assert article.text == ARTICLE
    figures = tmp_path / "figures.json"
    assert evaluate(["--data", str(gold), "--model", "small", "--json", str(figures)]) == 0
    assert json.loads(figures.read_text())["end_to_end"]["speaker_accuracy"] == 0.5

    (document,) = json.loads(downloaded(page, "json", tmp_path).read_text(encoding="utf-8"))
    assert [quote["speaker"] for quote in document["quotes"]] == ["Austin", "Pentagon"]
    assert document["quotes"][1]["probabilities"] == {"conciliatory": 0.0, "assertive": 0.0, "neutral": 1.0}
    assert "Pentagon,neutral" in downloaded(page, "csv", tmp_path).read_text(encoding="utf-8")
    report = downloaded(page, "html", tmp_path).read_text(encoding="utf-8")
    assert report.startswith("<!doctype html>")
    assert "Stay away from our coast," in report


def test_not_a_quote_and_back(page: Any, tmp_path: Path) -> None:
    analyse(page)
    page.click("#marked .label >> nth=0")
    page.click("#drop-quote")
    page.click("#next")
    page.click("#close")
    assert labels(page) == ["✕no quote", "▲Wei"]
    row = json.loads(downloaded(page, "gold", tmp_path).read_text(encoding="utf-8"))
    assert [len(row["quotes"]), row["terms"][0]["text"]] == [1, "We thank the crew,"]
    page.click("#undo-all")
    assert labels(page) == ["●Austin", "▲Wei"]


def test_with_the_keyboard_alone(page: Any, tmp_path: Path) -> None:
    keys = page.keyboard
    for _ in range(12):
        keys.press("Tab")
        if focused(page) == "article":
            break
    assert focused(page) == "article"
    keys.insert_text(ARTICLE)
    keys.press("Control+Enter")
    page.wait_for_selector("mark.quote")
    for _ in range(12):
        keys.press("Tab")
        if focused(page) == "0":
            break
    assert focused(page) == "0"
    keys.press("a")
    assert labels(page)[0] == "▲Austin ✓"
    keys.press("ArrowRight")
    assert focused(page) == "1"
    keys.press("Delete")
    keys.press("Delete")
    keys.press("Enter")
    page.wait_for_selector("#editor[open]")
    keys.press("ArrowDown")  # from assertive to neutral
    keys.press("Shift+Tab")
    keys.press("ArrowUp")  # from Wei to Austin
    keys.press("Escape")
    assert focused(page) == "1"
    assert labels(page) == ["▲Austin ✓", "■Austin ✓"]
    for _ in range(8):
        keys.press("Tab")
        if page.evaluate("document.activeElement.dataset.format") == "gold":
            break
    with page.expect_download() as expected:
        keys.press("Enter")
    row = json.loads(Path(expected.value.path()).read_text(encoding="utf-8"))
    assert [quote["stance"] for quote in row["quotes"]] == ["assertive", "neutral"]


def test_threshold(page: Any) -> None:
    analyse(page, "“Perhaps,” Austin said.", quotes=1)  # no model can be sure of that
    page.fill("#threshold", "0.95")
    assert page.locator("mark.quote.uncertain").count() > 0
    assert page.inner_text("#uncertain-head").endswith("uncertain")
    page.fill("#threshold", "0")
    assert page.locator("mark.quote.uncertain").count() == 0


def test_a_roster_of_other_people(page: Any, tmp_path: Path) -> None:
    page.click("#roster-box summary")
    page.fill("#roster", "[[speaker]]\nname = 3")
    expect(page.locator("#roster-error")).to_contain_text("lacks a name")
    page.fill("#roster", ISLAND)
    expect(page.locator("#roster-summary")).to_contain_text("Varga")
    analyse(page, "“The ferries stay,” Ilona Varga said. “They sank,” Austin said.")
    assert labels(page)[0].endswith("Varga")
    assert labels(page)[1].endswith("(Austin)")
    gold = downloaded(page, "gold", tmp_path)
    roster = tmp_path / "island.toml"
    roster.write_text(ISLAND, encoding="utf-8")
    assert evaluate(["--data", str(gold), "--model", "small", "--roster", str(roster)]) == 0


def test_a_roster_with_an_error_is_shown_when_it_is_sent(page: Any) -> None:
    page.expected = ("422",)
    page.click("#roster-box summary")
    page.fill("#roster", "[[speaker")
    page.click("#roster-box summary")
    page.fill("#article", ARTICLE)
    page.click("#analyse")
    expect(page.locator("#roster-error")).to_contain_text("not valid TOML")
    assert focused(page) == "roster"
    expect(page.locator("#status")).to_have_text("Nothing analysed yet.")


def drop(page: Any, content: bytes, name: str = "harbour.txt") -> None:
    transfer = page.evaluate_handle(
        "([bytes, name]) => { const t = new DataTransfer(); "
        "t.items.add(new File([new Uint8Array(bytes)], name, {type: 'text/plain'})); return t; }",
        [list(content), name],
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})


def test_a_file_is_dropped(page: Any, tmp_path: Path) -> None:
    drop(page, ARTICLE.encode())
    page.wait_for_selector("mark.quote")
    assert labels(page) == ["●Austin", "▲Wei"]
    assert downloaded(page, "csv", tmp_path).name == "harbour-quotes.csv"
    drop(page, b"caf\xe9", "old.txt")
    expect(page.locator("#error")).to_contain_text("old.txt is no UTF-8 text")
    drop(page, b"x" * 80_000, "long.txt")
    expect(page.locator("#error")).to_contain_text("larger than 60 kB")


def test_an_article_that_is_empty_or_too_long_or_without_quotes(page: Any) -> None:
    page.click("#analyse")
    assert "no text yet" in page.inner_text("#error")
    page.expected = ("413",)
    page.evaluate("document.getElementById('article').value = 'x'.repeat(80000)")
    page.click("#analyse")
    expect(page.locator("#error")).to_contain_text("60 kB")
    analyse(page, "It rained on Monday.", 0)
    expect(page.locator("#status")).to_contain_text("No quotes found")
    assert page.inner_text("#marked") == "It rained on Monday."


def test_offsets_with_characters_outside_the_basic_plane(page: Any) -> None:
    analyse(page, "🙂🙂 𝔸𝔹 rain.\n\n“We 🙂 agree,” Austin said 🙂.", 1)
    text = page.evaluate("document.querySelector('mark.quote').childNodes[0].textContent")
    assert text == "We 🙂 agree,"
    assert page.inner_text("#marked .mention") == "Austin"


def test_corrections_stay_where_the_article_is_analysed_again(page: Any) -> None:
    analyse(page)
    page.focus("mark.quote >> nth=0")
    page.keyboard.press("n")
    page.click("#analyse")
    expect(page.locator("#status")).to_have_text("2 quotes found.")
    assert labels(page) == ["■Austin ✓", "▲Wei"]


# ---- hostile text ---------------------------------------------------------------------------------------------------


def test_nothing_in_an_article_or_a_roster_is_executed(page: Any, tmp_path: Path) -> None:
    name = json.dumps(HOSTILE + BREAKS_OUT)
    page.click("#roster-box summary")
    page.fill("#roster", f"[[speaker]]\nname = {name}\nnames = ['Austin']")
    expect(page.locator("#roster-summary")).to_contain_text("img")
    analyse(page, f"{BREAKS_OUT}{HOSTILE}\n\n“{HOSTILE},” Austin said.\n\n“{HOSTILE},” Wei said, {BREAKS_OUT}\n", 2)
    page.click("mark.quote >> nth=0")
    page.click("#next")
    page.click("#close")
    made = page.evaluate("document.querySelectorAll('main img, main script, main svg, dialog img, dialog svg').length")
    assert made == 0
    assert page.evaluate("window.hit") is None
    assert HOSTILE in page.inner_text("#marked")

    report = downloaded(page, "html", tmp_path)
    other = page.context.new_page()
    other.goto(report.as_uri())
    assert other.evaluate("window.hit") is None
    assert HOSTILE in other.inner_text("body")
    other.close()


def test_inline_scripts_are_blocked_should_one_get_in(page: Any) -> None:
    page.expected = ("Content Security Policy", "TrustedHTML", "requires")
    outcome = page.evaluate(
        "() => { const tries = [() => { document.body.innerHTML = '<img src=x onerror=window.hit=1>'; },"
        " () => { const s = document.createElement('script'); s.text = 'window.hit=2'; document.body.append(s); },"
        " () => { document.body.setAttribute('onclick', 'window.hit=3'); document.body.click(); }];"
        " return tries.map((one) => { try { one(); return 'ran'; } catch { return 'refused'; } }); }"
    )
    assert outcome[0] == "refused"
    assert page.evaluate("window.hit") is None


# ---- accessibility --------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core: npm install axe-core, or AXE=…/axe.min.js")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page: Any, server: Running, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    source = AXE.read_text(encoding="utf-8")

    def check() -> None:
        page.evaluate(source + "; null")
        found = page.evaluate("axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]))")
        assert found == []

    check()
    analyse(page)
    page.fill("#threshold", "0.95")
    page.focus("mark.quote >> nth=0")
    page.keyboard.press("a")
    page.click("#roster-box summary")
    check()
    page.click("mark.quote >> nth=1")
    check()
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 390, "height": 800})
    check()
    page.goto(f"{server.url}/docs")
    check()


# ---- the pages of `stance report` and `--format html` ---------------------------------------------------------------


@pytest.fixture
def reports(tmp_path: Path) -> dict[str, str]:
    """A page on a corpus and one of an article, as files: name → address."""
    news = tmp_path / "news.jsonl"
    articles = [
        {"id": "harbour", "date": "2022-03-01", "text": ARTICLE},
        {"id": "attack", "date": "2022-04-01", "text": f"“{HOSTILE} and we will fight,” Gen. Wei Fenghe said.\n"},
    ]
    news.write_text("\n".join(map(json.dumps, articles)), encoding="utf-8")
    quotes, corpus, article = (tmp_path / name for name in ("quotes.csv", "corpus.html", "article.html"))
    assert stance_command([str(news), "--output", str(quotes)]) == 0
    assert stance_command(["report", str(quotes), "-o", str(corpus)]) == 0
    text = article_page([Marked("harbour", ARTICLE, analyze(ARTICLE))])
    article.write_text(text, encoding="utf-8")
    return {"corpus": corpus.as_uri(), "article": article.as_uri()}


def shown_articles(page: Any) -> list[str]:
    return [row.inner_text().split()[0] for row in page.locator("#quotes tbody tr:visible").all()]


def test_the_table_of_a_report_is_sorted_and_filtered_by_keyboard(browser: Any, reports: dict[str, str]) -> None:
    page = browser.new_page()
    page.goto(reports["corpus"])
    assert shown_articles(page) == ["harbour", "harbour", "attack"]
    page.get_by_role("button", name="Article").focus()
    page.keyboard.press("Enter")
    assert shown_articles(page) == ["attack", "harbour", "harbour"]
    assert page.locator("th[aria-sort=ascending]").inner_text() == "Article"
    page.get_by_label("Search").focus()
    page.keyboard.type("thank the crew")
    assert shown_articles(page) == ["harbour"]
    expect(page.get_by_text("1 of 3 shown")).to_be_visible()
    page.get_by_label("Search").fill("")
    page.locator("#speaker").select_option("Wei")
    assert shown_articles(page) == ["attack", "harbour"]
    assert page.evaluate("window.hit") is None
    page.close()


@pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core: npm install axe-core, or AXE=…/axe.min.js")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["corpus", "article"])
def test_axe_finds_nothing_in_a_report(name: str, scheme: str, browser: Any, reports: dict[str, str]) -> None:
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(reports[name])
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]))")
    assert found == []
    context.close()
