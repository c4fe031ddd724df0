"""The command line: JSON and nothing else on standard output, a sentence and exit code 2 for what cannot be used."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.classifier.conftest import ROOT


def run(*arguments: str | Path, said: str | bytes = "") -> subprocess.CompletedProcess[bytes]:
    given = said if isinstance(said, bytes) else said.encode()
    command = [sys.executable, "-m", "classifier", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, input=given, capture_output=True, check=False)


def answers(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def table(path: Path) -> Path:
    rows = [("停水", "家里停水两天", "水", n % 3) for n in range(9)] + [("没电", "跳闸停电没有电", "电", n % 3) for n in range(9)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([("title", "body", "label", "fold"), *rows])
    return path


def test_train_predict_evaluate(tmp_path: Path) -> None:
    file = table(tmp_path / "t.csv")
    trained = answers(run("train", file, "--text", "title,body", "--label", "label", "--out", tmp_path / "m"))
    assert trained[0]["labels"] == ["水", "电"]
    told = answers(run("predict", tmp_path / "m", said='{"id": 1, "text": "又停水了"}\n{"id": 2, "text": ""}\n'))
    assert told[0]["label"] == "水"
    assert set(told[0]) == {"id", "label", "probability", "top", "reasons"}
    assert [one["id"] for one in told] == [1, 2]
    for parting in (("--fold", "fold"), ("--group", "fold", "--folds", "3")):
        found = answers(run("evaluate", file, "--text", "title,body", "--label", "label", *parting, "--json"))[0]
        assert found["macro_f1"] == 1
        assert {"micro_f1", "top3", "per_class", "calibration", "precision_at_coverage"} <= set(found)


def test_understand(model_folder: Path) -> None:
    said = '{"id": "a", "title": "停水", "body": "我叫韦小林，电话13877201234，柳南区停水两天"}\n{"id": "b", "body": "\\ud800"}\n{"id": "c"}\n'
    told = answers(run("understand", "--model", model_folder, said=said))
    assert [one["id"] for one in told] == ["a", "b", "c"]
    assert set(told[0]) == {
        "id", "category", "categories", "bureaus", "district", "kind", "urgent", "sensitive", "decision", "personal_data", "reasons",
        "scope", "accused", "matters",
    }
    assert told[0]["category"] == "B05"
    assert told[0]["district"] == "D_LN"
    assert {"type": "phone", "start": 11, "end": 22, "text": "13877201234"} in told[0]["personal_data"]


def test_similar_and_review() -> None:
    said = "".join(json.dumps({"id": one, "text": words}) + "\n" for one, words in enumerate(
        ["龙城路三号门前的路灯坏了三天", "龙城路三号门前路灯坏了三天没人修", "幼儿园收费太贵"]))
    groups = [one["group"] for one in answers(run("similar", said=said))]
    assert groups[0] == groups[1] != groups[2]
    said = json.dumps({"message": "路灯坏了，什么时候修？", "reply": "滚"}) + "\n" + json.dumps({
        "message": "龙城路路灯坏了，什么时候修？", "reply": "您好，龙城路的路灯经现场核查为电缆被挖断，已安排抢修，9月30日前恢复照明。"}) + "\n"
    bad, good = answers(run("review-reply", said=said))
    assert {"rude", "too_short", "missing_question"} <= set(bad["faults"])
    assert good == {"ok": True, "faults": [], "explain": []}


def test_what_cannot_be_used_is_said_plainly(tmp_path: Path, model_folder: Path) -> None:
    for done in (
        run("predict", tmp_path), run("understand", "--model", model_folder, said="[1]\n"),
        run("understand", "--model", model_folder, said=b"\xff\xfe\n"),
        run("train", tmp_path / "none.csv", "--text", "a", "--label", "b", "--out", tmp_path / "m"),
        run("evaluate", table(tmp_path / "t.csv"), "--text", "nothing", "--label", "label", "--fold", "fold"),
    ):
        assert done.returncode == 2
        assert done.stdout == b""
        assert b"Traceback" not in done.stderr
        assert done.stderr.strip()
