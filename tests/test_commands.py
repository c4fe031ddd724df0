"""The command line as it is typed, each command a process, on one embedded database that stays up as if it were served."""

import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

import pytest

from feedback.store import depot, server

ROOT = Path(__file__).resolve().parent.parent
LETTERS = "id,date,title,body,reply,reply_date\n" + "".join(
    f"h{number},2025-03-{number:02} 09:00:00,路灯不亮,跃进路第{number}盏路灯不亮已经三天,已经修好。,2025-03-{number + 3:02} 10:00:00\n"
    for number in range(1, 6)
)


def minsheng(var: Path, *arguments: str, given: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
    """One command with its own settings; nothing of this shell's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MINSHENG_")}
    return subprocess.run(
        [sys.executable, "-m", "feedback", *arguments], env=kept | {"MINSHENG_VAR": str(var), **environment}, cwd=ROOT,
        input=given, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    """A folder with a migrated city and five historical cases. The database outlives the commands, as under `serve`."""
    folder = Path(tempfile.mkdtemp(prefix="minsheng-commands-"))
    folder.chmod(0o711)
    with server.running(folder, lasting=False):
        (folder / "letters.csv").write_text(LETTERS, encoding="utf-8")
        done = minsheng(folder, "import", "cases", str(folder / "letters.csv"))
        assert done.returncode == 0, done.stderr
        assert "导入 5 件" in done.stderr
        yield folder
    rmtree(folder)


def ask(var: Path, statement: str) -> str:
    """What psql answers: the test's own way to the data."""
    with server.running(var) as url:
        psql = [str(server.binaries() / "psql"), "-XAtq", "-d", url, "-c", statement]
        return subprocess.run(psql, capture_output=True, text=True, check=True).stdout.strip()


# deadline: expectations by hand from the 2026 holiday notice ----------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "limit", "calendar", "due"),
    [
        # Wednesday 30 September 16:00; National Day is off until 7 October, Saturday the 10th is worked: 8, 9, 10, 12, 13.
        ("2026-09-30T16:00+08:00", "5wd", "city", "2026-10-14T00:00:00+08:00"),
        # After 17:30 it counts as received on 8 October, and counting begins on the 9th: 9, 10, 12, 13, 14.
        ("2026-09-30T17:30:01+08:00", "5wd", "city", "2026-10-15T00:00:00+08:00"),
        ("2026-09-30T17:30:00+08:00", "5wd", "city", "2026-10-14T00:00:00+08:00"),
        # Calendar days take no notice of holidays: 1 October is the first, 29 November the sixtieth.
        ("2026-09-30T16:00+08:00", "60cd", "city", "2026-11-30T00:00:00+08:00"),
        ("2026-09-30T16:00+08:00", "24h", "city", "2026-10-01T16:00:00+08:00"),
        # The same moment in UTC.
        ("2026-09-30T08:00Z", "5wd", "city", "2026-10-14T00:00:00+08:00"),
        # 壮族三月三 2026 falls on Sunday 19 April: Monday and Tuesday are off in Guangxi, working days elsewhere.
        ("2026-04-17T10:00+08:00", "1wd", "national", "2026-04-21T00:00:00+08:00"),
        ("2026-04-17T10:00+08:00", "1wd", "city", "2026-04-23T00:00:00+08:00"),
    ],
)
def test_deadline(tmp_path: Path, received: str, limit: str, calendar: str, due: str) -> None:
    done = minsheng(tmp_path, "deadline", "--received", received, "--limit", limit, "--calendar", calendar)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["due_at"] == due
    assert set(told) == {"due_at", "explain", "provisional"}
    assert all(set(day) == {"date", "counts", "why"} for day in told["explain"])
    assert not (tmp_path / "postgres").exists()  # no database is needed


def test_deadline_says_what_is_provisional(tmp_path: Path) -> None:
    def provisional(received: str) -> bool:
        return json.loads(minsheng(tmp_path, "deadline", "--received", received, "--limit", "5wd").stdout)["provisional"]

    assert not provisional("2026-11-23T10:00+08:00")
    assert provisional("2026-12-29T10:00+08:00")


@pytest.mark.parametrize(
    ("received", "limit", "said"),
    [
        ("yesterday", "5wd", "时间写法不对"),
        ("2026-09-30T16:00+08:00", "5", "时限写法不对"),
        ("2026-09-30T16:00+08:00", "0wd", "时限写法不对"),
        ("1999-09-30T16:00+08:00", "5wd", "2001"),
    ],
)
def test_deadline_refuses_nonsense_in_a_sentence(tmp_path: Path, received: str, limit: str, said: str) -> None:
    plainly(minsheng(tmp_path, "deadline", "--received", received, "--limit", limit), code=2, said=said)


def plainly(done: "subprocess.CompletedProcess[str]", *, code: int, said: str) -> None:
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


# verify, backup, restore ----------------------------------------------------------------------------------------------


def test_verify_proves_an_untouched_history(var: Path) -> None:
    done = minsheng(var, "verify")
    assert done.returncode == 0, done.stderr
    assert "5 件诉求" in done.stderr


def test_verify_names_a_changed_event_and_a_restored_backup_is_whole_again(var: Path, tmp_path: Path) -> None:
    file = tmp_path / "city.backup"
    done = minsheng(var, "backup", str(file))
    assert done.returncode == 0, done.stderr
    assert file.stat().st_mode & 0o077 == 0 and list(tmp_path.iterdir()) == [file]
    ask(var, "ALTER TABLE events DISABLE TRIGGER USER; UPDATE events SET at = at - interval '1 day' WHERE id = "
             "(SELECT min(id) FROM events); ALTER TABLE events ENABLE TRIGGER USER")  # fmt: skip
    number = ask(var, "SELECT number FROM cases JOIN events ON case_id = cases.id ORDER BY events.id LIMIT 1")
    plainly(minsheng(var, "verify"), code=1, said=f"诉求 {number} 的第 1 条记录被改动过")

    done = minsheng(var, "restore", str(file), "--yes")
    assert done.returncode == 0, done.stderr
    assert minsheng(var, "verify").returncode == 0
    assert ask(var, "SELECT DISTINCT tx FROM events") == "3"
    assert ask(var, "SELECT count(*) FROM cases") == "5"
    # The history is append-only again.
    with pytest.raises(subprocess.CalledProcessError):
        ask(var, "DELETE FROM events")


def test_restore_asks_before_it_replaces_a_city(var: Path, tmp_path: Path) -> None:
    file = tmp_path / "city.backup"
    minsheng(var, "backup", str(file))
    plainly(minsheng(var, "restore", str(file)), code=1, said="这里已有一个城市，5 件诉求")
    ask(var, "INSERT INTO heartbeats VALUES ('worker', now()) ON CONFLICT (name) DO UPDATE SET at = now()")
    plainly(minsheng(var, "restore", str(file)), code=1, said="正在运行的城市")
    empty = Path(tempfile.mkdtemp(prefix="minsheng-empty-"))
    empty.chmod(0o711)
    done = minsheng(empty, "restore", str(file))
    rmtree(empty)
    assert done.returncode == 0, done.stderr  # nobody's work is there


@pytest.mark.parametrize(("arguments", "said"), [
    (["restore"], "还缺 FILE"),
    (["backup", "a", "--quick"], "不认识 --quick"),
    (["deadline", "--limit"], "--limit 后面要写一个值"),
    (["export", "cases", "--from", "gestern", "--to", "2026-01-01", "--format", "csv"], "--from 不是日期：'gestern'"),
    (["export", "cases", "--from", "2026-01-01", "--to", "2026-01-01", "--format", "pdf"], "--format 不能是 'pdf'，可以是"),
    (["fly"], "不能是 'fly'"),
    ([], "还缺"),
])  # fmt: skip
def test_what_was_typed_wrongly_is_said_in_chinese(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = minsheng(tmp_path, *arguments)
    assert done.returncode == 2 and "命令写得不对" in done.stderr and said in done.stderr, done.stderr
    assert "--help" in done.stderr and "Traceback" not in done.stderr
    assert "error:" not in done.stderr and "usage:" not in done.stderr


def lay(var: Path, content: bytes) -> str:
    """A sealed file on disk, as the web lays it there."""
    name = hashlib.sha256(content).hexdigest()
    depot.lay(var / "files", name, content)
    return name


def test_a_backup_brings_back_photos_and_files_too(var: Path, tmp_path: Path) -> None:
    file, name = tmp_path / "city.backup", lay(var, b"sealed photo")
    assert "照片和文件 1 个" in minsheng(var, "backup", str(file)).stderr
    assert list(tmp_path.iterdir()) == [file]
    rmtree(var / "files")
    later = lay(var, b"came later")
    assert "照片和文件 1 个" in minsheng(var, "restore", str(file), "--yes").stderr
    assert depot.place(var / "files", name).read_bytes() == b"sealed photo"
    assert depot.place(var / "files", later).exists()  # the worker collects it, if no case needs it
    assert ask(var, "SELECT count(*) FROM cases") == "5" and list(tmp_path.iterdir()) == [file]

    spoilt = tmp_path / "spoilt"
    spoilt.write_bytes(file.read_bytes().replace(b"sealed photo", b"sealed phoXo"))
    rmtree(var / "files")
    plainly(minsheng(var, "restore", str(spoilt), "--yes"), code=1, said="损坏了")
    assert not (var / "files").exists()


def test_a_backup_from_before_there_were_files_is_restored(var: Path, tmp_path: Path) -> None:
    file, old = tmp_path / "city.backup", tmp_path / "old"
    minsheng(var, "backup", str(file))
    with tarfile.open(file) as packed:
        old.write_bytes(packed.extractfile("database").read())  # type: ignore[union-attr]
    assert old.read_bytes()[:5] == b"PGDMP"
    done = minsheng(var, "restore", str(old), "--yes")
    assert done.returncode == 0, done.stderr
    assert ask(var, "SELECT count(*) FROM cases") == "5"


def test_a_damaged_backup_changes_nothing(var: Path, tmp_path: Path) -> None:
    whole, half = tmp_path / "whole", tmp_path / "half"
    minsheng(var, "backup", str(whole))
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    for file in (half, ROOT / "README.md"):
        plainly(minsheng(var, "restore", str(file), "--yes"), code=1, said="恢复没有成功，数据库保持原样")
    assert ask(var, "SELECT count(*) FROM cases") == "5"


def test_files_that_are_not_there_are_named(var: Path, tmp_path: Path) -> None:
    missing = str(tmp_path / "none" / "file")
    for command in (["restore", missing], ["backup", missing], ["import", "cases", missing]):
        plainly(minsheng(var, *command), code=1, said=missing)


def test_verify_checks_the_sums_of_open_data(var: Path, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("a\n")
    # sha256 of "a\n"
    (tmp_path / "SHA256SUMS").write_text("87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7  cases.csv\n")
    assert "1 个文件" in minsheng(var, "verify", "--open-data", str(tmp_path)).stderr
    (tmp_path / "cases.csv").write_text("b\n")
    plainly(minsheng(var, "verify", "--open-data", str(tmp_path)), code=1, said="cases.csv 与 SHA256SUMS 不一致")


# import and export ----------------------------------------------------------------------------------------------------


def test_a_second_import_adds_nothing(var: Path) -> None:
    done = minsheng(var, "import", "cases", str(var / "letters.csv"))
    assert done.returncode == 0 and "导入 0 件，以前已导入 5 件" in done.stderr


def test_other_column_names_are_mapped_and_refused_rows_told(var: Path) -> None:
    path = var / "other.csv"
    path.write_text("编号,时间,内容,答复,答复时间\nx1,2025-13-45,井盖坏了,已换,2025-03-01\n", encoding="gb18030")
    fields = {"编号": "id", "时间": "date", "内容": "body", "答复": "reply", "答复时间": "reply_date"}
    mapping = [word for column, field in fields.items() for word in ("--map", f"{column}={field}")]
    done = minsheng(var, "import", "cases", str(path), *mapping)
    assert "拒绝 1 行" in done.stderr and "第 2 行 x1" in done.stderr
    assert (var / "refused.csv").exists()


def test_a_mapping_without_a_field_is_refused(var: Path) -> None:
    plainly(minsheng(var, "import", "cases", str(var / "letters.csv"), "--map", "编号"), code=2, said="列名=字段名")


@pytest.mark.parametrize(("kind", "begins"), [("csv", b"\xef\xbb\xbfnumber"), ("jsonl", b'{"number"'), ("xlsx", b"PK\x03\x04")])
def test_export_writes_a_file_of_each_kind(var: Path, tmp_path: Path, kind: str, begins: bytes) -> None:
    period = ["--from", "2025-03-01", "--to", "2025-03-31", "--format", kind]
    out = tmp_path / "cases"
    done = minsheng(var, "export", "cases", *period, "--out", str(out))
    assert done.returncode == 0 and "5 件诉求" in done.stderr
    assert out.read_bytes().startswith(begins)


def test_an_export_can_be_piped_even_as_a_workbook(var: Path) -> None:
    asked = ["export", "cases", "--from", "2025-03-01", "--to", "2025-03-31", "--format", "xlsx"]
    command = [sys.executable, "-m", "feedback", *asked]
    piped = subprocess.run(command, cwd=ROOT, env=os.environ | {"MINSHENG_VAR": str(var)}, capture_output=True, check=True)
    assert piped.stdout.startswith(b"PK\x03\x04")


def test_an_export_that_ends_before_it_begins_is_refused(var: Path) -> None:
    done = minsheng(var, "export", "cases", "--from", "2025-03-02", "--to", "2025-03-01", "--format", "csv")
    plainly(done, code=2, said="--to 不能早于 --from")


# people, settings -----------------------------------------------------------------------------------------------------


def test_staff_come_and_go(var: Path) -> None:
    added = minsheng(var, "user", "add", "wang", "--name", "王工", "--role", "handler", "--bureau", "STHJ", given="Chun-tian-2026\n")
    assert added.returncode == 0, added.stderr
    assert "wang\t王工\thandler\tSTHJ" in minsheng(var, "user", "list").stdout
    again = minsheng(var, "user", "add", "wang", "--name", "王工", "--role", "handler", "--bureau", "STHJ", given="x\n")
    plainly(again, code=1, said="用户名 wang 已经有了")
    invented = minsheng(var, "user", "password", "wang")
    assert invented.returncode == 0 and len(invented.stdout.strip()) >= 12
    assert minsheng(var, "user", "off", "wang").returncode == 0
    assert "已停用" in minsheng(var, "user", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        (["add", "li", "--name", "李工", "--role", "handler"], "Chun-tian-2026\n", "要写单位"),
        (["add", "li", "--name", "李工", "--role", "leader", "--bureau", "CGJ"], "Chun-tian-2026\n", "不写单位"),
        (["add", "li", "--name", "李工", "--role", "handler", "--bureau", "XX"], "Chun-tian-2026\n", "没有单位 XX"),
        (["add", "li", "--name", "李工", "--role", "leader"], "short\n", "至少 10 个字符"),
        (["off", "nobody"], "", "没有账号 nobody"),
    ],
)
def test_accounts_that_make_no_sense_are_refused(var: Path, arguments: list[str], given: str, said: str) -> None:
    plainly(minsheng(var, "user", *arguments, given=given), code=1, said=said)


def test_a_bad_setting_is_named(var: Path) -> None:
    plainly(minsheng(var, "verify", MINSHENG_POOL="many"), code=2, said="MINSHENG_POOL")
    url = "postgresql://nobody@127.0.0.1:1/none"
    plainly(minsheng(var, "verify", MINSHENG_DATABASE_URL=url), code=1, said="连接不上数据库")


def test_an_empty_database_is_told_to_migrate_and_migrating_twice_is_harmless(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = Path(tempfile.mkdtemp(prefix="minsheng-empty-"))
    folder.chmod(0o711)
    try:
        with server.running(folder, lasting=False):
            plainly(minsheng(folder, "verify"), code=1, said="minsheng migrate")
            assert "0001_house.sql" in minsheng(folder, "migrate").stderr
            assert "已是最新" in minsheng(folder, "migrate").stderr
            assert minsheng(folder, "verify").returncode == 0
    finally:
        rmtree(folder)


def test_a_served_folder_and_a_taken_port_are_said(var: Path) -> None:
    with server.serving(var):
        plainly(minsheng(var, "serve", "--port", "0"), code=1, said="已有一个民声在运行")
    plainly(minsheng(var, "serve", "--port", "70000"), code=1, said="1 到 65535")


# train ---------------------------------------------------------------------------------------------------------------


def test_confirmed_labels_are_exported(var: Path, tmp_path: Path) -> None:
    # One of the five historical letters came with its category: only that one is a label.
    named = LETTERS.splitlines()
    (tmp_path / "named.csv").write_text(f"{named[0]},category\nh9{named[1][2:]},B03\n", encoding="utf-8")
    assert minsheng(var, "import", "cases", str(tmp_path / "named.csv")).returncode == 0
    done = minsheng(var, "train", "--export", str(tmp_path / "labels.csv"))
    assert done.returncode == 0, done.stderr
    assert "已导出 1 件" in done.stderr
    head, *rows = (tmp_path / "labels.csv").read_text(encoding="utf-8-sig").splitlines()
    assert head == "received,source,category,bureau,district,title,body"
    assert [row.split(",")[:3] for row in rows] == [["2025-03-01", "history", "B03"]]


def test_without_a_database_there_is_nothing_to_export(tmp_path: Path) -> None:
    done = minsheng(tmp_path, "train", "--export", str(tmp_path / "labels.csv"))
    assert done.returncode == 0 and "还没有数据库" in done.stderr
    assert not (tmp_path / "postgres").exists()


# reorganise ------------------------------------------------------------------------------------------------------------

TABLE = """what,act,codes,into,name,short,categories,words,on,basis
单位,合并,STHJ、ZJJ,CGJ,,,,,2099-03-01,柳政发〔2026〕9号
单位,拆分,GAJ,GAJ,,,,,2099-04-01,柳政发〔2026〕10号
单位,拆分,GAJ,JGZD,交警支队,交警,A10、C02,,2099-04-01,柳政发〔2026〕10号
bureau,rename,JTJ,,市交通运输局（新）,市交通局,,,2099-05-01,柳政发〔2026〕11号
"""


def planned(var: Path) -> list[str]:
    return ask(var, "SELECT act || ' ' || code || ' ' || on_day FROM reorganisations ORDER BY id").splitlines()


def test_reorganise_shows_first_then_plans_all_lines_or_none(var: Path, tmp_path: Path) -> None:
    file = tmp_path / "调整.csv"
    file.write_text(TABLE, encoding="utf-8-sig")
    nobody = minsheng(var, "reorganise", str(file), "--dry-run")
    assert nobody.returncode == 1 and "minsheng user add" in nobody.stderr
    minsheng(var, "user", "add", "xi-guan", "--name", "席管", "--role", "system_admin", given="Chun-tian-2026\n")
    seen = minsheng(var, "reorganise", str(file), "--dry-run")
    assert seen.returncode == 0, seen.stderr
    assert "新设交警支队（JGZD）" in seen.stderr and "什么都没有改变" in seen.stderr and planned(var) == []
    file.write_text(TABLE + "单位,合并,RSJ,NOWHERE,,,,,2099-06-01,柳政发〔2026〕12号\n", encoding="utf-8")
    wrong = minsheng(var, "reorganise", str(file))
    assert wrong.returncode == 1 and "第 6 行" in wrong.stderr and planned(var) == []
    file.write_text(TABLE, encoding="utf-8")
    done = minsheng(var, "reorganise", str(file), "--by", "xi-guan")
    assert done.returncode == 0 and "已经安排 3 项" in done.stderr, done.stderr
    assert planned(var) == ["merge STHJ 2099-03-01", "merge ZJJ 2099-03-01", "split GAJ 2099-04-01", "rename JTJ 2099-05-01"]


@pytest.mark.parametrize(("text", "said"), [
    ("what,act\n单位,合并\n", "缺少列：codes、on、basis"),
    ("what,act,codes,on,basis,extra\n单位,合并,STHJ,2099-01-01,文,x\n", "不认识的列：extra"),
    ("what,act,codes,on,basis\n单位,拆开,STHJ,2099-01-01,文件\n", "第 2 行：act"),
    ("what,act,codes,into,on,basis\n单位,合并,STHJ,CGJ,明天,文件\n", "第 2 行：on"),
    ("what,act,codes,on,basis\n", "一行也没有"),
])  # fmt: skip
def test_reorganise_says_what_is_wrong_with_the_file(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(text, encoding="utf-8")
    done = minsheng(tmp_path, "reorganise", str(file))
    assert done.returncode == 1 and said in done.stderr, done.stderr
