"""Messages that go nowhere: a line in the log, or in the outbox file of the demo."""

import json
import logging
import os
from pathlib import Path

from feedback.actions.sending import Message, Send

_log = logging.getLogger(__name__)


async def to_log(message: Message) -> None:
    """No gateway is set up: that something would have gone out is written down, not what or to whom."""
    _log.info("notice %s by %s", message.template, message.channel)


def to_outbox(path: Path) -> Send:
    """Appends each message to a file of the demo, one JSON object a line."""

    async def send(message: Message) -> None:
        line = {
            "at": message.at.isoformat(), "channel": message.channel, "to": message.to, "template": message.template,
            **({"subject": message.subject} if message.subject else {}),
            "text": message.text, **({"code": message.code} if message.code else {}),
        }  # fmt: skip
        _append(path, json.dumps(line, ensure_ascii=False))

    return send


def _append(path: Path, line: str) -> None:
    # One write to a file opened for appending: lines of two workers do not mix.
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, f"{line}\n".encode())
    finally:
        os.close(file)
