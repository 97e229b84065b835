"""Label Studio and doccano: there and back, and what comes out of them broken."""

import json

import pytest

from stance.errors import InputError
from training import exchange, train
from training.corpus import HELDOUT, Article, GoldQuote, from_gold, load_articles, load_jsonl, to_gold
from training.exchange import from_doccano, from_label_studio, to_doccano, to_label_studio

ARTICLES = load_articles(HELDOUT)[:20]
THERE_AND_BACK = [(to_label_studio, from_label_studio), (to_doccano, from_doccano)]


@pytest.mark.parametrize(("there", "back"), THERE_AND_BACK)
def test_there_and_back_nothing_is_lost(there, back):
    for article in ARTICLES:
        assert to_gold(back(json.loads(json.dumps(there(article))))) == to_gold(article)


def test_offsets_counted_in_utf_16_are_mended():
    article = Article("x", "😀 “Stop,” Wei said.", (GoldQuote(3, 8, "Stop,", "Wei", "Wei", "assertive"),))
    task = to_label_studio(article)
    for item in task["annotations"][0]["result"]:
        item["value"]["start"] += 1
        item["value"]["end"] += 1
    assert to_gold(from_label_studio(task)) == to_gold(article)


def test_the_last_annotation_counts_and_a_cancelled_one_does_not():
    task = to_label_studio(ARTICLES[0])
    first = task["annotations"][0]
    task["annotations"] = [first, {"result": first["result"][:1]}, {"result": [], "was_cancelled": True}]
    assert len(from_label_studio(task).quotes) == 1


@pytest.mark.parametrize("task", [to_label_studio(ARTICLES[0], corrected=False), {"data": {"text": "x"}}])
def test_what_nobody_has_annotated_is_left_out(task):
    assert from_label_studio(task) is None


BROKEN = [
    (from_label_studio, {"text": "x"}, "not a Label Studio task"),
    (from_doccano, {"label": [[0, 1, "neutral"]]}, "not a line of doccano"),
    (from_doccano, {"text": "abc", "label": [[0, 9, "neutral"]]}, "outside the text"),
    (from_doccano, {"text": "abc", "label": [[0, 2, "hostile"]]}, "'hostile' is none of"),
    (from_doccano, {"text": "abc", "label": [[0, 2, "Bob: neutral"]]}, "'Bob' is none of"),
    (from_doccano, {"text": "abc", "label": [[0, 2]]}, "not a line of doccano"),
]


@pytest.mark.parametrize(("back", "row", "reason"), BROKEN)
def test_broken_exports_are_named(back, row, reason):
    with pytest.raises(InputError, match=f"here: .*{reason}"):
        back(row, "here")


def test_other_words_than_the_label_names():
    task = to_label_studio(ARTICLES[0])
    task["data"]["text"] = "A " + task["data"]["text"]
    with pytest.raises(InputError, match="the text from"):
        from_label_studio(task)


@pytest.mark.parametrize("form", ["label-studio", "doccano"])
def test_our_output_corrected_and_trained_on(form, tmp_path, capsys):
    paths = []
    for article in ARTICLES:
        paths.append(tmp_path / f"{article.id}.txt")
        paths[-1].write_text(article.text, encoding="utf-8")
    assert exchange.main(["export", form, *map(str, paths)]) == 0
    exported = capsys.readouterr().out
    if form == "label-studio":  # an annotator accepts each prediction
        tasks = json.loads(exported)
        exported = json.dumps([{**task, "annotations": task.pop("predictions")} for task in tasks])
    (tmp_path / "corrected").write_text(exported, encoding="utf-8")
    assert exchange.main(["import", form, str(tmp_path / "corrected")]) == 0
    printed = capsys.readouterr()
    assert printed.err.startswith(f"exchange: {len(ARTICLES)} articles; 0 without")
    (tmp_path / "mine.jsonl").write_text(printed.out, encoding="utf-8")
    assert [article.id for article in load_jsonl(tmp_path / "mine.jsonl")[0]] == [article.id for article in ARTICLES]
    assert train.main(["--data", str(tmp_path / "mine.jsonl"), "--output", str(tmp_path / "model")]) == 0


def test_gold_files_are_exported_as_annotations(tmp_path, capsys):
    (tmp_path / "gold.jsonl").write_text(json.dumps(to_gold(ARTICLES[0])), encoding="utf-8")
    assert exchange.main(["export", "label-studio", str(tmp_path / "gold.jsonl")]) == 0
    (task,) = json.loads(capsys.readouterr().out)
    assert to_gold(from_label_studio(task)) == to_gold(from_gold(to_gold(ARTICLES[0])))


@pytest.mark.parametrize("content", ["{", "{}", "[1]"])
def test_a_broken_file_is_named(content, tmp_path, capsys):
    (tmp_path / "export.json").write_text(content, encoding="utf-8")
    assert exchange.main(["import", "label-studio", str(tmp_path / "export.json")]) == 2
    assert str(tmp_path / "export.json") in capsys.readouterr().err
    assert exchange.main(["export", "doccano", str(tmp_path / "none.txt")]) == 2
    assert "none.txt" in capsys.readouterr().err
