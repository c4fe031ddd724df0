"""The command line of the classifier. Answers are JSON on standard output; everything else goes to standard error."""

import argparse
import csv
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from classifier import card, city, evaluation, golden, labelled, reply, similar, storage, tables
from classifier.accused import Accused
from classifier.labelled import Labelled
from classifier.letter import Letter, Understanding
from classifier.matters import Matter
from classifier.understanding import Understander

ROOT = Path(__file__).resolve().parent
MODEL = ROOT / "city-model"
CITY = ROOT.parent / "data"


class BadInput(Exception):
    """What came in on standard input or in a file cannot be read."""


def tell(message: str) -> None:
    """One line of progress."""
    print(message, file=sys.stderr, flush=True)


def put(answer: object) -> None:
    """One answer: a line of JSON, in which even half a surrogate pair survives as an escape."""
    text = json.dumps(answer, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(answer)
    sys.stdout.write(text + "\n")


def objects() -> Iterator[dict[str, Any]]:
    """JSON objects from standard input, one a line. Raises BadInput, naming the line, for anything else."""
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        except ValueError as error:
            raise BadInput(f"line {number} is not JSON in UTF-8: {error}") from error
        if not isinstance(value, dict):
            raise BadInput(f"line {number} is not a JSON object")
        yield value


def _string(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _table(path: Path, columns: list[str]) -> list[dict[str, str]]:
    csv.field_size_limit(10_000_000)
    rows = tables.rows(path)
    missing = [column for column in columns if rows and column not in rows[0]]
    if not rows or missing:
        raise BadInput(f"{path}: " + (f"no column {', '.join(missing)}" if rows else "no rows"))
    return rows


def _texts(rows: list[dict[str, str]], columns: list[str]) -> list[tuple[str, str]]:
    """Title and body of each row: the first of several columns is the title."""
    title, body = (columns[:1], columns[1:]) if len(columns) > 1 else ([], columns)
    return [("".join(row[one] or "" for one in title), "\n".join(row[one] or "" for one in body)) for row in rows]


def train(arguments: argparse.Namespace) -> None:
    """Learns the labels of a CSV file."""
    columns = arguments.text.split(",")
    rows = _table(arguments.file, [*columns, arguments.label])
    tell(f"learning from {len(rows)} texts …")
    model = Labelled.learn(_texts(rows, columns), [row[arguments.label] for row in rows])
    model.save(arguments.out)
    put({"out": str(arguments.out), "texts": len(rows), "labels": list(model.labels)})


def predict(arguments: argparse.Namespace) -> None:
    """Answers {"id","text"} with label, probability, top three and reasons."""
    model = Labelled.load(arguments.model)
    for row in objects():
        title = _string(row, "title")
        text = _string(row, "text") or _string(row, "body")
        answer = model.answer(title, text) if title else model.answer(*labelled.halves(text))
        put({
            "id": row.get("id"), "label": answer.label, "probability": answer.probability,
            "top": [{"label": label, "probability": chance} for label, chance in answer.top],
            "reasons": list(answer.reasons),
        })


def evaluate(arguments: argparse.Namespace) -> None:
    """Cross-validates on a CSV file by its own folds, or by groups that must not be parted."""
    columns = arguments.text.split(",")
    fold_column = arguments.fold or arguments.group
    rows = _table(arguments.file, [*columns, arguments.label, fold_column])
    marks = [row[fold_column] for row in rows]
    names = sorted(set(marks))
    import numpy as np

    folds = (
        np.array([names.index(mark) for mark in marks]) if arguments.fold
        else evaluation.folds_of_groups(marks, arguments.folds)
    )
    if len(set(folds.tolist())) < 2:
        raise BadInput(f"column {fold_column} makes fewer than two folds")
    labels = [row[arguments.label] for row in rows]
    classes, chances = evaluation.cross_validated(_texts(rows, columns), labels, folds, told=tell)
    figures = evaluation.report(classes, labels, chances)
    if arguments.json:
        put(figures)
    else:
        print(json.dumps(figures, ensure_ascii=False, indent=1))


def printed(row_id: object, told: Understanding, *, units: Sequence[Accused], parts: Sequence[Matter]) -> dict[str, Any]:
    """An understanding as the command shows it: what the JSON API shows, and accused units (`units`) and proposed `parts`."""
    return {
        "id": row_id,
        "category": told.category,
        "categories": [{"code": code, "probability": chance} for code, chance in told.categories],
        "bureaus": [{"code": code, "probability": chance} for code, chance in told.bureaus],
        "district": told.district,
        "kind": told.kind,
        "urgent": told.urgent,
        "sensitive": told.sensitive,
        "decision": told.decision.value,
        "personal_data": [
            {"type": one.type, "start": one.start, "end": one.end, "text": one.text} for one in told.personal_data
        ],
        "reasons": list(told.reasons),
        "scope": told.scope.value if told.scope else None,
        "accused": [{"text": one.text, "start": one.start, "end": one.end, "bureaus": list(one.bureaus)} for one in units],
        "matters": [
            {"start": one.start, "end": one.end, "category": one.category, "bureau": one.bureau, "probability": one.probability} for one in parts
        ],
    }


def city_understander(model: Path, tables_folder: Path) -> Understander:
    """The shipped city model, trained first when it is missing."""
    served = tables.read(tables_folder)
    if not (model / "model.json").exists():
        tell("the city model is missing: training it from the corpus …")
        city.train(tables_folder / "corpus", tables_folder, model)
    return Understander.load(model, city=served)


def understand(arguments: argparse.Namespace) -> None:
    """Answers {"id","title","body"} with everything a dispatcher wants to know."""
    understander = city_understander(arguments.model, arguments.city)
    for row in objects():
        letter = Letter(_string(row, "title"), _string(row, "body") or _string(row, "text"), _string(row, "district") or None, _string(row, "address"))
        told = understander.understand(letter.title, letter.body, district=letter.district, address=letter.address)
        units, parts = (understander.accused(letter), ()) if told.sensitive else ((), understander.matters(letter))
        put(printed(row.get("id"), told, units=units, parts=parts))


def _day(row: dict[str, Any]) -> date | None:
    """The day in the field `date` (2026-09-30, with or without a time). Raises BadInput when it is none."""
    given = _string(row, "date")
    try:
        return date.fromisoformat(given[:10]) if given else None
    except ValueError as error:
        raise BadInput(f"{given} is no date: write 2026-09-30") from error


def group_similar(arguments: argparse.Namespace) -> None:
    """Answers {"id","text"} (and "address", "date" where known) with {"id","group"}: letters about one incident share a group."""
    understander = city_understander(arguments.model, arguments.city)
    rows = list(objects())
    texts = [_string(row, "text") or f"{_string(row, 'title')}\n{_string(row, 'body')}" for row in rows]
    places, days = [_string(row, "address") for row in rows], [_day(row) for row in rows]
    for row, group in zip(rows, similar.groups(understander, texts, places=places, days=days), strict=True):
        put({"id": row.get("id"), "group": group})


def review_reply(arguments: argparse.Namespace) -> None:
    """Answers {"message","reply"} with the faults of the reply, explained."""
    for row in objects():
        review = reply.review(message=_string(row, "message"), reply=_string(row, "reply"))
        seen = {"id": row["id"]} if "id" in row else {}
        put({**seen, "ok": review.ok, "faults": [one.value for one in review.faults], "explain": list(review.explain)})


def write_card(arguments: argparse.Namespace) -> None:
    """Writes the card of the shipped model, with its golden set and learning curve, for the repository."""
    understander = city_understander(arguments.model, arguments.city)
    about, curve = storage.described(arguments.model), arguments.out.parent / "learning_curve.csv"
    right = golden.right(understander, golden.read(arguments.city / "golden.csv"))
    text = card.whole(about, golden=right, curve=tables.rows(curve) if curve.exists() else [])
    arguments.out.write_text(text, encoding="utf-8")
    put({"out": str(arguments.out), "version": about["version"], "golden": sum(right), "of": len(right)})


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="python -m classifier", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, action: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=(action.__doc__ or "").splitlines()[0])
        made.set_defaults(action=action)
        return made

    for name, action in (("train", train), ("evaluate", evaluate)):
        command = add(name, action)
        command.add_argument("file", type=Path)
        command.add_argument("--text", required=True, help="columns, comma between them; the first of several is the title")
        command.add_argument("--label", required=True)
        if name == "train":
            command.add_argument("--out", type=Path, required=True)
        else:
            parting = command.add_mutually_exclusive_group(required=True)
            parting.add_argument("--fold", help="column that holds the fold of each row")
            parting.add_argument("--group", help="column of groups that must not be parted")
            command.add_argument("--folds", type=int, default=5)
            command.add_argument("--json", action="store_true", help="one line of JSON")
    add("predict", predict).add_argument("model", type=Path)
    for name, action in (("understand", understand), ("similar", group_similar), ("card", write_card)):
        command = add(name, action)
        command.add_argument("--model", type=Path, default=Path(os.environ.get("MINSHENG_MODEL") or MODEL))
        command.add_argument("--city", type=Path, default=Path(os.environ.get("MINSHENG_CITY") or CITY))
        if name == "card":
            command.add_argument("--out", type=Path, default=ROOT / "MODEL_CARD.md")
    add("review-reply", review_reply)
    return top


_EXPECTED = (BadInput, labelled.BadExamples, storage.BadModel, tables.BadTable)


def main() -> int:
    """Runs one command; 2 with a sentence on standard error for input that cannot be used."""
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    arguments = parser().parse_args()
    try:
        arguments.action(arguments)
    except _EXPECTED as error:
        tell(f"classifier: {error}")
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
