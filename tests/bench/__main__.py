"""`make bench`: every benchmark, a table on screen and JSON in var/bench.json. Ratios within one run; no absolute promises."""

import argparse
import importlib
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from feedback import clock, settings

BENCHMARKS = ("deadlines", "submission", "understanding", "likeness", "lists")


def machine() -> dict[str, Any]:
    return {"cpu": _cpu(), "cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def show(name: str, figures: dict[str, Any], indent: str = "") -> None:
    print(f"{indent}{name}")
    for key, value in figures.items():
        if isinstance(value, dict):
            show(key, value, indent + "  ")
        else:
            print(f"{indent}  {key:32} {value}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", default=BENCHMARKS, help=f"some of {', '.join(BENCHMARKS)}")
    given = parser.parse_args()
    found: dict[str, Any] = {"at": clock.now().isoformat(), "command": "make bench", "machine": machine()}
    show("machine", found["machine"])
    for name in given.names:
        print(f"measuring {name} …", file=sys.stderr)
        found[name] = importlib.import_module(f"tests.bench.{name}").measure()
        show(name, found[name])
    out = settings.read().var / "bench.json"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(found, ensure_ascii=False, indent=1))
    print(f"written to {out}")


if __name__ == "__main__":
    main()
