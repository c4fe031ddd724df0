"""Keeps the architecture: who imports whom, who may enter where, and that nothing is documented that is not there."""

import ast
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest
from jinja2 import StrictUndefined
from starlette.routing import Mount

from feedback import settings
from feedback.rules import permission, status
from feedback.rules.status import Status, Step
from feedback.web import notices, steps, templating, wording

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {"util", "utils", "helper", "helpers", "manager", "service", "services", "common", "base"}

MAY_IMPORT = {
    "classifier": {"classifier"},
    "feedback/rules": {"feedback.rules"},
    "feedback/store": {"feedback.store", "feedback.rules", "feedback.settings"},
    "feedback/actions": {"feedback.actions", "feedback.store", "feedback.rules"},
    "feedback/web": {
        "feedback.web", "feedback.actions", "feedback.store", "feedback.rules", "feedback.clock", "feedback.settings",
    },
    "feedback/channels": {"feedback.channels", "feedback.actions.sending", "feedback.rules", "feedback.settings"},
    "feedback/understanding.py": {"classifier", "feedback.rules"},
    "feedback/clock.py": {"feedback.rules"},
    "feedback/settings.py": set(),
}  # fmt: skip
"""README, "The map of the house". What is not listed (app, worker, commands) may import everything below it."""


def modules(place: str) -> list[Path]:
    path = ROOT / place
    return [path] if path.suffix == ".py" else sorted(path.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The full names of everything a file imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{one.name}" for one in node.names}
    return names


def within(name: str, allowed: set[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in allowed)


@pytest.mark.parametrize("place", MAY_IMPORT)
def test_each_floor_imports_only_what_it_may(place):
    for path in modules(place):
        ours = {name for name in imported(path) if within(name, {"feedback", "classifier"})}
        wrong = {name for name in ours if not within(name, MAY_IMPORT[place])}
        assert not wrong, f"{path.relative_to(ROOT)} may import {sorted(MAY_IMPORT[place])}, not {sorted(wrong)}"


def test_rules_are_pure():
    for path in modules("feedback/rules"):
        foreign = {name for name in imported(path) if name.split(".")[0] not in sys.stdlib_module_names | {"feedback"}}
        assert not foreign, f"{path.name}: rules use the standard library only, not {sorted(foreign)}"
        assert not re.search(r"\b(datetime\.now|date\.today|time\.time)\(", path.read_text()), path.name


def test_only_the_clock_asks_the_time():
    for path in modules("feedback"):
        if path.name != "clock.py":
            asks = re.search(r"datetime\.(utc)?now\(|date\.today\(", path.read_text())
            assert not asks, (
                f"{path.relative_to(ROOT)}: take `now` as an argument, or call clock.now() in web and worker"
            )


def test_sql_lives_in_the_store():
    sql = re.compile(r"[\"']\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s", re.MULTILINE)
    for path in modules("feedback"):
        if "store" not in path.parts:
            assert not sql.search(path.read_text()), f"{path.relative_to(ROOT)}: SQL belongs to feedback/store"


def all_routes():
    from feedback.web import routes

    return [route for route in routes.ROUTES if not isinstance(route, Mount)]


def test_every_route_says_who_may_enter():
    for route in all_routes():
        assert hasattr(route, "enter"), f"{route.path}: make it with doors.door(..., enter=...)"


def test_no_address_is_given_twice():
    seen = set()
    for route in all_routes():
        for method in route.methods - {"HEAD"}:
            assert (method, route.path) not in seen, f"{method} {route.path} is given twice"
            seen.add((method, route.path))


def test_every_step_has_an_owner_and_a_row_and_a_name():
    for step in Step:
        assert step in status.TABLE and permission.OWNERS.get(step), step
        assert step in wording.STEPS, step


def test_every_status_is_reachable_and_has_a_name():
    reached = {Status.SUBMITTED}
    while True:
        more = {to for moves in status.TABLE.values() for old, tos in moves.items() if old in reached for to in tos}
        if more <= reached:
            break
        reached |= more
    assert reached == set(Status)
    assert set(wording.STATUSES) == set(Status)


def test_every_step_staff_own_can_be_taken_from_outside():
    from_outside = {step for taking in steps.STEPS.values() for step in taking.steps}
    citizens = {
        step for step, roles in permission.OWNERS.items() if roles <= {permission.R.CITIZEN, permission.R.CLOCK}
    }
    assert set(Step) - from_outside - citizens <= {Step.SUBMIT}


def test_every_template_compiles_strictly():
    assert templating.environment.undefined is StrictUndefined
    assert notices.date.__name__ in templating.environment.filters  # those of the messages are there, whatever ran before
    names = templating.environment.list_templates(extensions=["html", "txt"])
    assert names
    for name in names:
        templating.environment.get_template(name)


def test_pages_carry_no_inline_script_or_style():
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=.application/json)|\sstyle=|\son[a-z]+=[\"']|<style|https?://(?!www\.w3\.org)"
    )
    for path in sorted((ROOT / "templates").rglob("*.html")):
        found = inline.search(path.read_text())
        assert not found, f"{path.relative_to(ROOT)}: {found.group() if found else ''} would be refused by our own CSP"


def test_every_setting_is_documented():
    told = "".join(path.read_text() for path in (ROOT / "README.md", ROOT / "feedback" / "channels" / "README.md"))
    for name in settings.Settings.__annotations__:
        assert f"`MINSHENG_{name.upper()}`" in told, f"README.md or that of feedback/channels must explain MINSHENG_{name.upper()}"


def test_every_command_is_documented():
    readme = (ROOT / "README.md").read_text()
    out = subprocess.run(
        [sys.executable, "-m", "feedback", "--help"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    listed = re.search(r"\{([a-z,-]+)\}", out.stdout)
    assert listed
    for command in listed.group(1).split(","):
        assert f"minsheng {command}" in readme, f"README must explain `minsheng {command}`"


def functions(place: str) -> list[tuple[str, int]]:
    sizes = []
    for path in modules(place):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                documented = ast.get_docstring(node) is not None
                first = node.body[1] if documented and len(node.body) > 1 else node.body[0]
                sizes.append((f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or 0) - first.lineno + 1))
    return sizes


def test_functions_are_short():
    sizes = functions("feedback") + functions("classifier")
    assert statistics.median(size for _, size in sizes) < 10
    long = [name for name, size in sizes if size > 50]
    assert not long, f"over 50 lines: {long}"


def test_files_are_one_idea_long():
    long = {}
    for path in [*modules("feedback"), *modules("classifier")]:
        lines = len(path.read_text().splitlines())
        if lines > 300:
            long[str(path.relative_to(ROOT))] = lines
    assert not long, f"split by idea: {long}"


def test_names_say_what_a_file_is_about():
    for path in [*modules("feedback"), *modules("classifier")]:
        assert not set(re.split("_", path.stem)) & FORBIDDEN, path


def test_public_functions_are_documented():
    for path in [*modules("feedback"), *modules("classifier")]:
        tree = ast.parse(path.read_text())
        assert ast.get_docstring(tree) or path.name == "__init__.py", f"{path}: say what lives here"
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path.relative_to(ROOT)}:{node.name} has no docstring"
