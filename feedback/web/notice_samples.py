"""What each message is called, and made-up values that show how it reads. Nobody's case is in here."""

from datetime import datetime, timedelta
from typing import Any

from jinja2 import TemplateNotFound

from feedback.rules import deadline, outbox
from feedback.web import notices, templating

NAMES = {
    "received": "收到诉求",
    "dispatched": "派给承办单位",
    "contact": "承办单位留言",
    "question": "请市民补充",
    "extended": "延期",
    "suspended": "挂账",
    "joined": "合并办理",
    "unjoined": "改为单独办理",
    "split": "拆成两件",
    "answered": "答复",
    "survey": "请市民评价",
    "rework_refused": "不同意重办",
    "decline": "不予受理",
    "divert": "转专门渠道",
    "terminate": "终止办理",
    "protected": "保密件有新进展",
    "phone_code": "手机验证码",
    "urgent_duty": "紧急诉求通知值班人员",
    "petition_open": "联名建议公开",
    "petition_reached": "联名建议转为诉求",
    "petition_rejected": "联名建议未通过",
}

_OWN: dict[str, dict[str, Any]] = {"suspended": {"until": "2027 年 3 月底"}}
_TEXT = "已现场查看，路灯线路老化，计划本周五前更换。"


def values(event: str, now: datetime) -> dict[str, Any]:
    """Everything a template of this event may ask for."""
    midnight = (now.astimezone(deadline.CITY_TIME) + timedelta(days=11)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return {
        "number": "2026-1122-0387",
        "bureau": "市生态环境局",
        "due_at": midnight,
        "text": _TEXT,
        "code": "482913" if event == "phone_code" else "7K3M-9XQ2-4RTB",
        "site": "https://12345.example.cn",
        "link": "https://12345.example.cn/s/7K3M9XQ24RTB",
        "until": midnight,
        "pause_until": "2026年12月2日24:00",
        "closes_at": midnight,
        "case": "2026-1122-0388",
        "reason": "不属于本市职权范围",
        "explanation": "请向自治区有关部门提出。",
        "matter": "燃气泄漏",
        "other": "2026-1122-0388",
        "other_bureau": "市城管局",
        "contested": False,
        "last": False,
        **_OWN.get(event, {}),
    }


def shown(event: str, now: datetime) -> dict[str, Any]:
    """One event as it reads by SMS, with its characters and parts, and by e-mail where it has one of its own."""
    sample = values(event, now)
    text = notices.words(event, **sample)
    return {
        "event": event,
        "name": NAMES.get(event, event),
        "text": text,
        "characters": len(text),
        "parts": outbox.parts(text),
        "mail": _mail(event, sample),
    }


def _mail(event: str, sample: dict[str, Any]) -> dict[str, str] | None:
    try:
        templating.environment.get_template(f"notice/{event}.mail.txt")
    except TemplateNotFound:
        return None
    subject, _, body = notices.words(f"{event}.mail", **sample).partition("\n")
    return {"subject": subject.strip(), "body": body.strip()}


def events() -> list[str]:
    """Every event that has an SMS, those with a name first, in the order of NAMES."""
    found = {
        name.removeprefix("notice/").removesuffix(".txt")
        for name in templating.environment.list_templates(extensions=["txt"])
        if name.startswith("notice/") and name.count(".") == 1 and name != "notice/letter.txt"
    }
    return [one for one in NAMES if one in found] + sorted(found - set(NAMES))


def in_house() -> list[tuple[str, str]]:
    """Every event colleagues are told of, and how it reads."""
    names = templating.environment.list_templates(extensions=["txt"])
    found = [one.removeprefix("notice/").removesuffix(".site.txt") for one in names if one.endswith(".site.txt")]
    return [(one, notices.in_house(one, "韦晓岚")) for one in found]
