"""The words of what is sent out: templates/notice/<event>.txt, rendered in the transaction of the fact."""

from typing import Any

from feedback.web import templating


def words(template: str, **values: Any) -> str:
    """The text of a notice, at most 500 characters: longer ones are cut, and the page has the rest."""
    text = templating.environment.get_template(f"notice/{template}.txt").render(values).strip()
    return text if len(text) <= 500 else text[:499] + "…"
