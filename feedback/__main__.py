"""The command `minsheng`: reads what was asked, calls one function of feedback/commands, says what went wrong in a sentence."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence

import asyncpg

from feedback import port, settings
from feedback.commands import (
    deadline,
    learning,
    moving,
    people,
    proving,
    reaching,
    reorganising,
    saving,
    serving,
    wording,
)
from feedback.settings import BadSetting
from feedback.store import database, server
from feedback.store.vault import WrongKey

_FILES = (serving, deadline, moving, proving, saving, people, reorganising, learning)


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    made = wording.Parser(prog="minsheng", description="民声：城市诉求与建议平台")
    commands = made.add_subparsers(required=True, title="命令")
    for file in _FILES:
        file.add(commands)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns the exit code: 0, 1 when it failed, 2 when it was asked wrongly."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("databases").setLevel(logging.WARNING)
    asked = parser().parse_args(arguments)
    try:
        return asked.run(settings.read(), asked)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read the output has enough; Python must not complain about it at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (BadSetting, reaching.Wrong) as error:
        reaching.say(f"设置有误：{error}" if isinstance(error, BadSetting) else str(error))
        return 2
    except Exception as error:
        reaching.say(_plainly(error))
        return 1


def _plainly(error: Exception) -> str:
    """One sentence for an error that has one. Raises every other: a fault of ours must show its trace."""
    match error:
        case reaching.Failed() | port.PortError():
            return str(error)
        case server.ServerError():
            return f"数据库无法使用。{error}"
        case WrongKey():
            return "数据是用另一把密钥加密的，这里没有那把密钥。请检查 MINSHENG_KEY 或数据目录里的 key 文件。"
        case database.ChangedMigration():
            return f"迁移文件 {error} 在执行之后被改动过，请恢复原文件，另写新的迁移。"
        case asyncpg.PostgresError():
            return f"数据库报告：{error}"
        case OSError() if error.filename:
            return f"{error.filename}：{error.strerror}"
        case OSError() | asyncpg.InterfaceError():
            return f"连接不上数据库：{error}"
    raise error


if __name__ == "__main__":
    sys.exit(main())
