"""Which way each message takes, by the settings: a gateway or a mail server where one is named, else the log."""

from feedback.actions.sending import Message, Send
from feedback.channels import mail, paper, sms
from feedback.settings import Settings


def chosen(own: Settings) -> Send:
    """Sends by channel. In the demo every message is also written to a file, once it was taken over."""
    ways: dict[str, Send] = {"sms": paper.to_log, "email": paper.to_log}
    if own.sms_url:
        ways["sms"] = sms.Gateway(own.sms_url, own.sms_key.encode())
    if own.mail_url:
        ways["email"] = mail.Server(own.mail_url, own.mail_from)
    file = paper.to_outbox(own.var / "outbox.jsonl") if own.demo else None

    async def send(message: Message) -> None:
        way = ways[message.channel]
        if file is None or way is not paper.to_log:
            await way(message)
        if file is not None:
            await file(message)

    return send
