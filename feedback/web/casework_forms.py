"""The fields of the dispatcher's rarer steps: splitting a letter, putting it under other rules. What they mean is `actions`."""

from typing import Literal

from feedback.web import forms


class ChangeRegime(forms.StepForm):
    """hotline: the city's own limits; xinfang: 《信访工作条例》 and its calendar days."""

    regime: Literal["hotline", "xinfang"]
