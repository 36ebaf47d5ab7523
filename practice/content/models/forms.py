"""The fields that a form can ask for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import BeforeValidator

from practice.content.models.values import one_or_many

FormField = Literal["name", "email", "phone", "preferred-time", "new-patient", "message"]
FormFields = Annotated[tuple[FormField, ...], BeforeValidator(one_or_many)]


@dataclass(frozen=True)
class FormInput:
    """A field of a form as a page shows it (https://html.spec.whatwg.org/#autofill)."""

    label: str
    type: str
    """A value of the attribute `type`, or `textarea`."""
    autocomplete: str = "off"
    required: bool = False


INPUTS: dict[FormField, FormInput] = {
    "name": FormInput("Your name", "text", "name"),
    "email": FormInput("Your email address", "email", "email"),
    "phone": FormInput("Your phone number", "tel", "tel"),
    "preferred-time": FormInput("When it suits you best", "text"),
    "new-patient": FormInput("I am a new patient", "checkbox"),
    "message": FormInput("Your message", "textarea"),
}


def inputs_of(fields: FormFields, optional: FormFields) -> dict[FormField, FormInput]:
    """Return the inputs of a form by their names; a box for yes or no is never required."""
    return {
        name: replace(
            INPUTS[name], required=name not in optional and INPUTS[name].type != "checkbox"
        )
        for name in fields
    }
