"""The words of what is sent out: templates/notice/<event>.txt for SMS, .mail.txt for e-mail, .site.txt for colleagues."""

from datetime import datetime
from typing import Any

from jinja2 import TemplateNotFound

from feedback import clock
from feedback.web import templating, wording

LONGEST_SMS, LONGEST_MAIL = 268, 5000
"""Characters: four pieces of a short message. What is longer is cut, and the page has the rest."""


def words(template: str, **values: Any) -> str:
    """The text of a notice; of an e-mail (`<event>.mail`) the first line is the subject."""
    mail = template.endswith(".mail")
    try:
        found = templating.environment.get_template(f"notice/{template}.txt")
    except TemplateNotFound:
        if not mail:
            raise
        found = templating.environment.get_template("notice/other.mail.txt")
    return brief(found.render(values).strip(), LONGEST_MAIL if mail else LONGEST_SMS)


def brief(text: str, most: int) -> str:
    """The text, cut to so many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def in_house(what: str, by: str | None) -> str:
    """What a colleague is told of an event."""
    return templating.environment.get_template(f"notice/{what}.site.txt").render(by=by or "系统").strip()


def date(moment: datetime) -> str:
    """12月4日, with the year when it is another one."""
    local = clock.local(moment)
    year = f"{local.year}年" if local.year != clock.local(clock.now()).year else ""
    return f"{year}{local.month}月{local.day}日"


def due(due_at: datetime) -> str:
    """The first moment too late, as short as a message needs it: 12月4日24:00, or 12月4日15:30."""
    local = clock.local(due_at)
    if (local.hour, local.minute) == (0, 0):
        return f"{date(wording.just_before(due_at))}24:00"
    return f"{date(due_at)}{local:%H:%M}"


def host(site: str) -> str:
    """The address without https://: shorter, and telephones still make a link of it."""
    return site.removeprefix("https://")


templating.environment.filters.update(brief=brief, date=date, due=due, host=host)
