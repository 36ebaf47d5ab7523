"""Tells a mistake of a template from a fault of the program, where making a page fails."""

from __future__ import annotations

import traceback
from dataclasses import replace
from pathlib import Path

import jinja2

from practice.paths import display_path_of, theme_folder
from practice.problems import Problem
from practice.rendering.templates import ENDING
from practice.support import faults

LIBRARIES = ("jinja2", "markupsafe")
"""Packages whose code runs as a part of templates."""


def rendering_problem(error: Exception, origin: str, path: str, theme: Path) -> Problem:
    """Return the problem of an exception; ``path`` was being made from the file ``origin``.

    It is a template's mistake if the template or Jinja raised it. It also is one if a template of
    the practice's own called code that raised it. The theme that comes with the program is part of
    the program.
    """
    if isinstance(error, jinja2.TemplateNotFound):
        hint = f"it is needed for `{origin}`; add the template to the theme"
        where = f"{display_path_of(theme / 'templates')}/{error.name}"
        return Problem(where, 1, "template-missing", "this template does not exist", hint)
    if isinstance(error, jinja2.TemplateSyntaxError):
        where = display_path_of(Path(error.filename or str(error.name)))
        return Problem(
            where, error.lineno, "template-syntax", str(error.message), "correct the template"
        )
    called, template = _frames(error)
    own = template is not None and not Path(template[0]).is_relative_to(theme_folder())
    of_system = isinstance(error, OSError | MemoryError)
    if of_system or (called and not own and not isinstance(error, jinja2.TemplateError)):
        return with_template(faults.problem_of(error, origin), error)
    where, line = _place(template) if template else (origin, 1)
    message = f"{type(error).__name__}: {error}"
    return Problem(where, line, "template-error", message, f"found while writing `{path}`")


def with_template(problem: Problem, error: BaseException) -> Problem:
    """Add the line of the template that was being read, if any, to the hint of a problem."""
    _, template = _frames(error)
    if template is None:
        return problem
    where, line = _place(template)
    return replace(problem, hint=f"{problem.hint}; it happened at {where}:{line}")


def _frames(error: BaseException) -> tuple[bool, tuple[str, int] | None]:
    """Return whether code that is no template's raised an exception, and the last template's line.

    Jinja puts the lines of templates into the traceback of an exception, but not where the time
    limit ends its code: there, the line is that of the Python code made from the template.
    """
    called, template = True, None
    for frame, number in traceback.walk_tb(error.__traceback__):
        file, line = frame.f_code.co_filename, number
        made_from = frame.f_globals.get("__jinja_template__")  # Jinja's own mark of its modules
        if made_from is not None:
            line = made_from.get_corresponding_lineno(number)
        is_template = file.endswith(ENDING)
        called = not is_template and not any(library in Path(file).parts for library in LIBRARIES)
        template = (file, line) if is_template else template
    return called, template


def _place(template: tuple[str, int]) -> tuple[str, int]:
    file, line = template
    return display_path_of(Path(file)), line or 1
