"""Settings that cannot be used: each is named with its file and line, and nothing is built.

Not tested here: the settings of publishing (`tests/publish`), other plugins (`tests/plugin`).
"""

from __future__ import annotations

import os
import runpy
import shutil
import sys
from pathlib import Path

import pytest
from blinker import ANY, Signal
from conftest import ROOT
from pelican.plugins import signals

from practice.build.run import build
from practice.build.settings import load_settings
from practice.problems import ProblemsFound

GOOD = f"""SITEURL = "https://www.example.com"
PATH = "content"
OUTPUT_PATH = "output"
THEME = {str(ROOT / "theme")!r}
PLUGINS = ["practice"]
TIMEZONE = "America/Los_Angeles"
DEFAULT_LANG = "en"
LOCALE = ["C"]
"""
BUILT = 1_793_534_400
"""A time that two edits share, in seconds since 1970."""
WRONG = [
    'TIMEZONE = "Europe/Lodon"',
    "TIMEZONE = 5",
    "TIMEZONE = '../../etc/passwd'",
    "THEME = 5",
    "THEME = 'no such folder'",
    "PATH = 'no such folder'",
    "PATH = ['content']",
    "PATH = 'a\\0b'",
    "OUTPUT_PATH = None",
    "OUTPUT_PATH = ''",
    "SITEURL = 5",
    "SITEURL = 'www.example.com'",
    "SITEURL = 'https://www.example.com/'",
    "SITEURL = 'https://www.example.com:no'",
    "SITEURL = 'https://[www.example.com'",
    "PLUGINS = 'practice'",
    "PLUGINS = ['practice', 5]",
    "PLUGIN_PATHS = 5",
    "THEME_TEMPLATES_OVERRIDES = 'own'",
    "THEME_TEMPLATES_OVERRIDES = 5",
    "THEME_TEMPLATES_OVERRIDES = [5]",
    "LOCALE = 5",
    "LOCALE = ['no_such_locale']",
    "DEFAULT_LANG = 5",
    "DEFAULT_LANG = ''",
    "PRACTICE_MODE = 'sites'",
    "PUBLISH = 'sftp'",
    "EXTRA_PATH_METADATA = ['files/a.pdf']",
    "EXTRA_PATH_METADATA = {'files/a.pdf': 'b.pdf'}",
    "FEED_MAX_ITEMS = 'ten'",
    "PAGINATION_PATTERNS = 5",
    "MARKDOWN = 5",
    "JINJA_ENVIRONMENT = []",
    "ARTICLE_EXCLUDES = 'x'",
    "SLUGIFY_SOURCE = 5",
    "ARTICLE_DIR = 'posts'",
    "PLUGIN_PATH = 'plugins'",
]
HOOK = """from pelican import signals
def fail(*_args, **_names):
    raise OSError("no disk")
def register():
    signals.{}.connect(fail)
"""


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """A project with settings to change, in the working folder."""
    shutil.copytree(ROOT / "tests" / "bad" / "base", tmp_path / "content")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "our_settings", raising=False)

    def write(addition="", name="our_settings.py", text=GOOD):
        Path(name).write_text(f"{text}{addition}\n", "utf-8")
        return Path(name)

    return write


def problem_of(file):
    with pytest.raises(ProblemsFound) as caught:
        build(settings_file=file)
    [problem] = caught.value.problems
    assert not Path("output").exists()
    assert problem.hint
    return problem


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_value_is_named_with_its_line(settings, line):
    problem = problem_of(settings(line))
    assert (problem.path, problem.line, problem.code) == ("our_settings.py", 9, "setting")
    assert line.partition(" ")[0] in problem.message


def test_what_was_meant_is_said(settings):
    assert "Europe/London" in problem_of(settings('TIMEZONE = "Europe/Lodon"')).hint
    text = GOOD.replace("SITEURL", "SITE_URL")
    problem = problem_of(settings(text=text))
    assert (problem.line, problem.hint) == (1, "did you mean `SITEURL`?")


def test_a_value_that_another_file_sets_is_named_there(settings):
    settings("TIMEZONE = 'Mars'")
    file = settings(name="live.py", text='from our_settings import *\nSITEURL = "https://a.org"')
    problem = problem_of(file)
    assert (problem.path, problem.line) == ("our_settings.py", 9)


@pytest.mark.parametrize(
    "line", ["SITEURL = ", "raise ValueError('x')", "import no_such", "exit(3)", "X = 1 / 0", "\0"]
)
def test_a_file_that_is_no_valid_python_is_named_with_the_line(settings, line):
    problem = problem_of(settings(line))
    assert (problem.path, problem.code) == ("our_settings.py", "settings-file")
    assert problem.line in {1, 9}
    assert line == "\0" or problem.line == 9


def test_good_settings_are_read(settings):
    values = load_settings(settings("MY_OWN = 5\nSUMMARY_MAX_LENGTH = None"), None, None)
    assert values["TIMEZONE"] == "America/Los_Angeles"
    assert runpy.run_path("our_settings.py")["MY_OWN"] == 5


@pytest.mark.parametrize("name", ["our_settings.py", "our_other_settings.py"])
def test_an_edit_that_keeps_size_and_time_is_seen(name, settings, monkeypatch):
    """Python compares a compiled copy by the size and the second of its source."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    file = settings("from our_other_settings import *")
    for number in (1, 2):
        monkeypatch.delitem(sys.modules, "our_other_settings", raising=False)
        edited = settings(f"MY_OWN = {number}", name=name)
        os.utime(edited, (BUILT, BUILT))
        assert load_settings(file, None, None)["MY_OWN"] == number


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise RuntimeError('no')", "has failed: RuntimeError: no"),
        ("def register(:", "has failed: SyntaxError"),
        ("import no_such_module", "has failed: ModuleNotFoundError"),
        ("raise SystemExit(3)", "has failed: SystemExit: 3"),
        ("x = 1", "cannot be used: AttributeError"),
        ("def register(): 1 / 0", "has failed: ZeroDivisionError"),
        (HOOK.format("article_generator_init"), "has failed: OSError: no disk"),
        (HOOK.format("content_object_init"), "has failed: OSError: no disk"),
        (HOOK.format("page_generator_finalized"), "has failed: OSError: no disk"),
        (HOOK.format("content_written"), "has failed: OSError: no disk"),
        (HOOK.format("finalized"), "has failed: OSError: no disk"),
    ],
)
def test_a_plugin_that_fails_anywhere_is_named(settings, code, words, monkeypatch):
    Path("other.py").write_text(code, "utf-8")
    monkeypatch.delitem(sys.modules, "other", raising=False)
    try:
        with pytest.raises(ProblemsFound) as caught:
            build(settings_file=settings("PLUGINS = ['practice', 'other']"))
    finally:
        sys.modules.pop("other", None)
        for signal in filter(lambda value: isinstance(value, Signal), vars(signals).values()):
            for receiver in list(signal.receivers_for(ANY)):
                if receiver.__module__ == "other":
                    signal.disconnect(receiver)
    problem = caught.value.problems[0]
    assert problem.code == "plugin-failed"
    assert f"the plugin `other` {words}" in problem.message
    assert problem.path in {"other.py", "our_settings.py"}
    assert problem.path == "other.py" or problem.line == 9
    assert not Path("output").exists()


def test_a_settings_file_imports_the_modules_of_its_own_folder(tmp_path, monkeypatch):
    """`publishconf.py` imports `pelicanconf`, whatever was imported before and from anywhere."""
    found = []
    for name in ("north", "south"):
        folder = tmp_path / name
        (folder / "content").mkdir(parents=True)
        text = f"PATH = 'content'\nSITEURL = 'https://{name}.example.com'\nTIMEZONE = 'UTC'\n"
        (folder / "pelicanconf.py").write_text(text, "utf-8")
        file = folder / "publishconf.py"
        file.write_text("from pelicanconf import *\n", "utf-8")
        monkeypatch.chdir(tmp_path)
        before = set(sys.modules), list(sys.path)
        found.append(load_settings(file, None, None)["SITEURL"])
        assert "pelicanconf" not in sys.modules.keys() - before[0]
        assert sys.path == before[1]
    assert found == ["https://north.example.com", "https://south.example.com"]
