"""The only place that asks the time. Everything below web and worker receives `now` as an argument."""

from datetime import UTC, datetime

from feedback.rules.deadline import CITY_TIME


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The same moment on the city's wall clock (Asia/Shanghai)."""
    return moment.astimezone(CITY_TIME)
