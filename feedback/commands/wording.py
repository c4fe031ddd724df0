"""The command line in Chinese: what was typed wrongly, what is missing, and the headings of the help."""

import argparse
import re
import sys
from typing import NoReturn

_FAULTS = (
    (r"the following arguments are required: (.*)", r"还缺 \1"),
    (r"unrecognized arguments: (.*)", r"不认识 \1"),
    (r"argument (.*?): invalid choice: (.*?) \(choose from (.*)\)", r"\1 不能是 \2，可以是 \3"),
    (r"argument (.*?): expected one argument", r"\1 后面要写一个值"),
    (r"argument (.*?): expected at least one argument", r"\1 后面至少要写一个值"),
    (r"argument (.*?): not allowed with argument (.*)", r"\1 和 \2 不能一起用"),
    (r"argument (.*?): invalid fromisoformat value: (.*)", r"\1 不是日期：\2，请写成 2026-11-01"),
    (r"argument (.*?): invalid int value: (.*)", r"\1 不是整数：\2"),
    (r"argument (.*?): invalid .*? value: (.*)", r"\1 的值不对：\2"),
    (r"ambiguous option: (.*?) could match (.*)", r"\1 可以是 \2，请写全"),
    (r"argument (.*?): ignored explicit argument (.*)", r"\1 后面不写值：\2"),
)
_HEADINGS = (
    ("usage: ", "用法："), ("positional arguments:", "要写的："), ("options:", "选项："),
    ("show this help message and exit", "显示这段说明"),
)  # fmt: skip


def fault(message: str) -> str:
    """What argparse objects to, in Chinese; its own words where they are not known."""
    for pattern, said in _FAULTS:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return found.expand(said)
    return message


class Parser(argparse.ArgumentParser):
    """A parser that speaks Chinese; those of its commands do too."""

    def format_usage(self) -> str:
        """The usage under a Chinese heading."""
        return _chinese(super().format_usage())

    def format_help(self) -> str:
        """The help under Chinese headings."""
        return _chinese(super().format_help())

    def error(self, message: str) -> NoReturn:
        """Says what was wrong and where to read more; exit code 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"命令写得不对：{fault(message)}。完整说明：{self.prog} --help\n")


def _chinese(text: str) -> str:
    for english, chinese in _HEADINGS:
        text = text.replace(english, chinese)
    return text
