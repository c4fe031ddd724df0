"""How strange a letter is to a model: new matters bring new words long before anybody corrects what was made of them."""

from classifier import features
from classifier.understanding import Understander


def share(understander: Understander, title: str, body: str) -> float:
    """Share of a letter's words and short sequences that the model has never seen; 0 for a letter without any."""
    entries = understander.model.space.entries(features.grams(title, body))
    return float((entries < 0).mean()) if len(entries) else 0.0
