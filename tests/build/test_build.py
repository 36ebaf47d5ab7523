"""The build as a command: what it refuses, how loudly, and that the last good site survives it.

Commands run as an editor runs them, through `inv` or `pelican`; what needs no command line calls
`practice.build.build`, because a process takes a second to start.

Not tested here: each rule for the content (`test_checks.py`, `test_bad.py`), and what a good
site looks like (`test_site.py`).
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import CONTENT, ROOT, environment, files_of

from practice.build import report
from practice.build.run import build
from practice.problems import Problem, ProblemsFound, UsageError
from practice.support.output_folder import MARKER

BUILT, PROBLEMS, USAGE_ERROR = 0, 1, 2
HANG = 300
"""Seconds after which a command that hangs fails its test."""
PROBLEM_LINE = re.compile(
    r"^(?P<path>[^\s:]+):(?P<line>\d+): (?P<code>[a-z]+(-[a-z]+)*) .+$", re.MULTILINE
)
KITCHEN_SINK = CONTENT["kitchen-sink"]


def inv(*options: object, **changes: str) -> subprocess.CompletedProcess:
    """Run `inv build` with some options."""
    command = [sys.executable, "-m", "invoke", "build", *map(str, options)]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment(**changes),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=HANG,
    )


@pytest.fixture
def output(tmp_path):
    """A finished site of the kitchen sink."""
    folder = tmp_path / "site"
    build(KITCHEN_SINK, folder, ROOT / "pelicanconf.py")
    return folder


def beside(output: Path) -> set[str]:
    """What a build has left beside its output, apart from the lock and the spare folder."""
    known = {f".{output.name}.lock", f".{output.name}.spare"}
    return {file.name for file in output.parent.glob(f".{output.name}*")} - known


def codes(error) -> list[str]:
    return [problem.code for problem in error.value.problems]


# --- Exit codes and what is said ---------------------------------------------------------------


def test_built(content, tmp_path):
    run = inv("--content", content, "--output", tmp_path / "site")
    assert (run.returncode, run.stderr) == (BUILT, "")
    assert re.match(
        r"Built \d+ pages \(\d+ files\) into .*/site/ in [\d.]+ s\. (No problems|\d+ warnings?)\.",
        run.stdout,
    )
    assert (tmp_path / "site" / MARKER).is_file()
    assert (tmp_path / "site" / "index.html").is_file()


BREAK = {
    # file: what is put into it -> the code that has to be named
    "posts/a-plain-post.md": ("titel: A misspelt field", "field-unknown"),
    "posts/another-plain-post.md": ("treatments: [no-such-treatment]", "id-unknown"),
    "team/ann-li.md": ("accepting_new: perhaps", "true-false"),
}


def break_content(content: Path) -> None:
    for name, (line, _) in BREAK.items():
        file = content / name
        file.write_text(file.read_text("utf-8").replace("---\n", f"---\n{line}\n", 1), "utf-8")
    (content / "posts" / "notes.docx").write_bytes(b"PK")
    (content / "pages" / "blog.md").unlink()


def test_all_problems_are_named_at_once_and_the_output_is_as_it_was(content, output):
    before = files_of(output)
    modified = output.stat().st_mtime_ns
    break_content(content)
    run = inv("--content", content, "--output", output)
    assert run.returncode == PROBLEMS
    assert run.stdout == ""
    named = {Path(match["path"]).relative_to(content).as_posix() for match in errors_in(run.stderr)}
    assert named >= {*BREAK, "posts/notes.docx", "pages/blog.md"}
    for name in BREAK:
        assert f"{content}/{name}:2: " in run.stderr, "the line of the mistake"
    count = len(PROBLEM_LINE.findall(run.stderr))
    assert f"{count} problems" in run.stderr
    assert "Traceback" not in run.stderr
    assert files_of(output) == before
    assert output.stat().st_mtime_ns == modified
    assert beside(output) == set()


def errors_in(text: str):
    """The lines of problems that are no mere warnings."""
    return [match for match in PROBLEM_LINE.finditer(text) if " warning: " not in match[0]]


def test_output_that_no_build_has_made_is_left_alone(tmp_path):
    precious = tmp_path / "site"
    precious.mkdir()
    (precious / "thesis.txt").write_text("years of work", "utf-8")
    run = inv("--content", KITCHEN_SINK, "--output", precious)
    assert run.returncode == USAGE_ERROR
    assert MARKER in run.stderr
    assert files_of(precious) == {"thesis.txt": b"years of work"}


def test_a_missing_settings_file(tmp_path):
    run = inv("--settings", tmp_path / "nosuch.py", "--output", tmp_path / "site")
    assert run.returncode == USAGE_ERROR
    assert "nosuch.py" in run.stderr
    assert "Traceback" not in run.stderr


def test_two_builds_never_meet(output):
    before = files_of(output)
    with (output.parent / f".{output.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run = inv("--content", KITCHEN_SINK, "--output", output)
    assert run.returncode == USAGE_ERROR
    assert "another build" in run.stderr
    assert files_of(output) == before
    assert inv("--content", KITCHEN_SINK, "--output", output).returncode == BUILT


@pytest.mark.parametrize(
    "where", ["content", "content/pages", "content/public", ".", "link/public", "missing/site"]
)
def test_folders_that_an_output_cannot_be(content, where):
    (content.parent / "link").symlink_to(content)
    before = files_of(content)
    with pytest.raises(UsageError):
        build(content, content.parent / where, ROOT / "pelicanconf.py")
    assert files_of(content) == before


def test_an_output_that_is_a_file_or_leads_to_a_folder_of_others(tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("years of work", "utf-8")
    (tmp_path / "link").symlink_to(precious)
    for wrong in (tmp_path / "link", precious / "thesis.txt"):
        with pytest.raises(UsageError):
            build(KITCHEN_SINK, wrong, ROOT / "pelicanconf.py")
    assert (tmp_path / "link").is_symlink()
    assert files_of(precious) == {"thesis.txt": b"years of work"}


def test_content_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="nosuch"):
        build(tmp_path / "nosuch", tmp_path / "site", ROOT / "pelicanconf.py")


@pytest.mark.parametrize(
    "text",
    ["SITEURL = \n", "raise ValueError('broken')\n", "import no_such_module_at_all\n"],
    ids=["syntax", "raises", "imports"],
)
def test_settings_that_cannot_be_read(tmp_path, text):
    settings = tmp_path / "settings.py"
    settings.write_text(text, "utf-8")
    run = inv("--settings", settings, "--output", tmp_path / "site")
    assert run.returncode in (PROBLEMS, USAGE_ERROR)
    assert "settings.py" in run.stderr
    assert "Traceback" not in run.stderr, "an editor is told what to do, not how Python works"


def test_who_stops_reading_what_is_said_sees_no_traceback():
    process = subprocess.Popen(
        [sys.executable, "-m", "invoke", "check", "--settings", ROOT / "pelicanconf.py"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == BUILT
    process.stderr.close()


# --- The last good site ------------------------------------------------------------------------


def test_a_build_replaces_the_whole_of_the_last_one(content, output):
    (output / "blog" / "a-page-of-the-last-build.html").write_text("<p>old</p>", "utf-8")
    build(content, output, ROOT / "pelicanconf.py")
    assert "blog/a-page-of-the-last-build.html" not in files_of(output)
    assert beside(output) == set()


def test_what_killed_builds_have_left_is_removed(output):
    left = output.parent / f".{output.name}.new-abc123"
    left.mkdir()
    (left / "half.html").write_text("<p>half", "utf-8")
    build(KITCHEN_SINK, output, ROOT / "pelicanconf.py")
    assert beside(output) == set()


def killed_while_it_builds(content, output):
    """Kill a build as soon as it has made its folder; False if the build was faster than that."""
    command = [sys.executable, "-m", "invoke", "build"]
    command += ["--content", str(content), "--output", str(output)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + HANG
        while not any(name.startswith(f".{output.name}.new-") for name in beside(output)):
            assert time.monotonic() < deadline
            if process.poll() is not None:
                assert process.returncode == BUILT
                return False
            time.sleep(0.001)
    finally:
        process.kill()
    return process.wait() == -signal.SIGKILL


def test_a_build_that_is_killed_leaves_the_last_site(content, output):
    before = files_of(output)
    while not killed_while_it_builds(content, output):
        assert files_of(output) == before, "a build that was not killed writes the same site"
    assert files_of(output) == before
    build(content, output, ROOT / "pelicanconf.py")
    assert beside(output) == set()


@pytest.mark.parametrize("moment", ["build.run.run_pelican", "support.output_folder.swap"])
def test_no_half_of_a_site_is_ever_in_place(monkeypatch, output, moment):
    """Whatever stops a build (here: a full disk), the output is as it was."""

    def full(*_args):
        raise OSError(28, "No space left on device")

    before = files_of(output)
    monkeypatch.setattr(f"practice.{moment}", full)
    with pytest.raises(UsageError, match="No space left"):
        build(KITCHEN_SINK, output, ROOT / "pelicanconf.py")
    assert files_of(output) == before
    assert beside(output) == set()


def test_without_an_exchange_in_one_step_the_site_is_replaced_all_the_same(monkeypatch, output):
    monkeypatch.setattr("practice.support.output_folder.exchange", lambda *_: False)
    (output / "old.html").write_text("<p>old</p>", "utf-8")
    build(KITCHEN_SINK, output, ROOT / "pelicanconf.py")
    assert "old.html" not in files_of(output)
    assert (output / "index.html").is_file()
    assert beside(output) == set()


def test_the_folders_of_the_settings_are_the_default(content, settings_file, tmp_path):
    settings = settings_file(PATH=str(content), OUTPUT_PATH=str(tmp_path / "there"))
    built = build(None, None, settings)
    assert built.output == tmp_path / "there"
    assert built.site.clinic.name in (tmp_path / "there" / "index.html").read_text("utf-8")


def test_another_practice_is_built_by_naming_its_folder(content, tmp_path):
    clinic = content / "clinic.yaml"
    clinic.write_text(re.sub("(?m)^name: .*$", "name: Otherwise Clinic", clinic.read_text("utf-8")))
    build(content, tmp_path / "other", ROOT / "pelicanconf.py")
    assert "Otherwise Clinic" in (tmp_path / "other" / "index.html").read_text("utf-8")


# --- What Pelican would keep quiet -------------------------------------------------------------


def write(file: Path, before: str, after: str) -> None:
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after, 1), "utf-8")


THEMES = [
    # the template, what is replaced in it and by what, the code and a word of the problem
    ("treatment.html", None, None, "template-missing", "this template does not exist"),
    ("callouts/faq.html", None, None, "template-missing", "this template does not exist"),
    ("partials/site-footer.html", None, None, "template-missing", "this template does not exist"),
    ("post.html", "{% block content %}", "{% block content", "template-syntax", ""),
    ("base.html", "{{ view.page_title }}", "{{ view.page_titel }}", "template-error", "page_titel"),
    ("base.html", "{{ view.page_title }}", "{{ sitename }}", "template-error", "sitename"),
    ("base.html", "{{ view.page_title }}", "{{ 1 // 0 }}", "template-error", "ZeroDivisionError"),
    ("base.html", "{{ view.page_title }}", "{{ 1 | upercase }}", "template-syntax", "upercase"),
    (
        "callouts/do.html",
        "{% macro show(callout, level) %}",
        "{% macro show() %}",
        "template-error",
        "",
    ),
]


@pytest.mark.parametrize(("file", "before", "after", "code", "words"), THEMES)
def test_a_broken_theme_stops_the_build(
    theme, settings_file, output, *, file, before, after, code, words
):
    template = theme / "templates" / file
    if before is None:
        template.unlink()
    else:
        write(template, before, after)
    kept = files_of(output)
    settings = settings_file(THEME=str(theme))
    with pytest.raises(ProblemsFound) as caught:
        build(KITCHEN_SINK, output, settings)
    assert set(codes(caught)) == {code}
    problem = caught.value.problems[0]
    assert problem.path.endswith(file) or code == "template-error"
    assert words in problem.message
    assert files_of(output) == kept
    assert beside(output) == set()


def test_a_template_names_the_line_of_its_mistake(theme, settings_file, tmp_path):
    template = theme / "templates" / "base.html"
    write(template, "</body>", "\n\n{{ nothing_of_this_name }}\n</body>")
    line = template.read_text("utf-8").split("{{ nothing_of")[0].count("\n") + 1
    with pytest.raises(ProblemsFound) as caught:
        build(KITCHEN_SINK, tmp_path / "site", settings_file(THEME=str(theme)))
    assert {(Path(p.path).name, p.line) for p in caught.value.problems} == {("base.html", line)}


def test_a_style_sheet_that_is_not_there(theme, settings_file, tmp_path):
    (theme / "static" / "css" / "tokens.css").unlink()
    with pytest.raises((ProblemsFound, UsageError)) as caught:
        build(KITCHEN_SINK, tmp_path / "site", settings_file(THEME=str(theme)))
    assert "tokens.css" in str(caught.value)


PLUGINS = {
    "is_not_there": None,
    "fails_on_import": "raise RuntimeError('this plugin is broken')\n",
    "has_no_register": "x = 1\n",
    "fails_in_register": "def register():\n    raise RuntimeError('this plugin is broken')\n",
    "logs_an_error": (
        "import logging\nfrom pelican import signals\n"
        "def say(_): logging.getLogger('pelican.x').error('this plugin has failed')\n"
        "def register(): signals.initialized.connect(say)\n"
    ),
    "logs_a_warning": (
        "import logging\nfrom pelican import signals\n"
        "def say(_): logging.getLogger('pelican.x').warning('this plugin has failed')\n"
        "def register(): signals.initialized.connect(say)\n"
    ),
    "raises_in_a_hook": (
        "from pelican import signals\n"
        "def fail(_): raise RuntimeError('this plugin is broken')\n"
        "def register(): signals.initialized.connect(fail)\n"
    ),
}


def connected():
    from pelican.plugins import signals  # noqa: PLC0415  # Pelican is not needed above

    return signals.initialized


@pytest.mark.parametrize("name", PLUGINS)
def test_a_broken_plugin_stops_the_build(name, settings_file, tmp_path, output, monkeypatch):
    """Twice, because what Pelican has logged once it does not log again in the same process."""
    if PLUGINS[name]:
        (tmp_path / f"{name}.py").write_text(PLUGINS[name], "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, name, raising=False)
    settings = settings_file(PLUGINS=["practice", name])
    kept = files_of(output)
    before = dict(connected().receivers)
    try:
        for _ in range(2):
            with pytest.raises((ProblemsFound, RuntimeError)) as caught:
                build(KITCHEN_SINK, output, settings)
            assert re.search(rf"{name}|this plugin", str(caught.value))
            assert files_of(output) == kept
            assert beside(output) == set()
    finally:
        for key in connected().receivers.keys() - before.keys():
            connected().receivers.pop(key)
        sys.modules.pop(name, None)


def test_settings_without_our_plugin_stop_the_build(settings_file, output):
    kept = files_of(output)
    for plugins in ([], None):
        with pytest.raises((ProblemsFound, UsageError)):
            build(KITCHEN_SINK, output, settings_file(PLUGINS=plugins))
    assert files_of(output) == kept


def test_another_plugin_that_is_installed_does_not_load_itself():
    """`PLUGINS` is set, so Pelican loads no namespace plugin of its own accord."""
    assert "PLUGINS" in (ROOT / "pelicanconf.py").read_text("utf-8")


# --- The same input gives the same bytes -------------------------------------------------------

PLACES = {
    "here": {},
    "elsewhere": {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"},
    "far away": {"PYTHONHASHSEED": "2", "TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8"},
}


def test_the_same_bytes_on_every_machine(tmp_path):
    """Other hash seeds, time zones, locales, and a cache that begins empty."""
    sites = []
    for name, changes in PLACES.items():
        folder = tmp_path / name
        folder.mkdir()
        cache = {} if name == "here" else {"PRACTICE_CACHE": str(folder / "cache")}
        run = inv("--content", KITCHEN_SINK, "--output", folder / "site", **changes, **cache)
        assert run.returncode == BUILT, run.stderr
        sites.append(files_of(folder / "site"))
    first = sites[0]
    for other in sites[1:]:
        assert [
            name for name in first.keys() | other.keys() if first.get(name) != other.get(name)
        ] == []


@pytest.mark.parametrize("name", CONTENT)
def test_a_second_build_gives_the_same_bytes(practices, name):
    practice = practices[name]
    again = practice.folder.with_name(f"{practice.name}-again")
    build(CONTENT[name], again, ROOT / "pelicanconf.py")
    assert files_of(again) == practice.files()
    shutil.rmtree(again)


def test_the_order_of_files_in_a_folder_does_not_matter(content, tmp_path):
    """A copy made in another order lies on the disk in another order."""
    other = tmp_path / "other" / "content"
    for file in sorted(content.rglob("*"), reverse=True):
        if file.is_file():
            target = other / file.relative_to(content)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    one = build(content, tmp_path / "one", ROOT / "pelicanconf.py").output
    two = build(other, tmp_path / "two", ROOT / "pelicanconf.py").output
    assert files_of(one) == files_of(two)


def test_files_can_be_read_by_a_server(output):
    assert output.stat().st_mode & 0o777 == 0o755
    for file in output.rglob("*"):
        assert file.stat().st_mode & 0o444 == 0o444, file


# --- Pelican's own command ---------------------------------------------------------------------


def pelican(*options: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "pelican", *map(str, options)]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment(COLUMNS="1000"),  # or Pelican breaks its lines
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=HANG,
    )


def test_the_stock_command_builds_the_same_pages(kitchen_sink, tmp_path):
    run = pelican(KITCHEN_SINK, "-s", ROOT / "pelicanconf.py", "-o", tmp_path / "site")
    assert run.returncode == 0, run.stderr
    ours = kitchen_sink.files()
    ours.pop(MARKER)
    assert files_of(tmp_path / "site") == ours


def test_the_stock_command_fails_on_bad_content_too(content, tmp_path):
    break_content(content)
    run = pelican(content, "-s", ROOT / "pelicanconf.py", "-o", tmp_path / "site")
    assert run.returncode != 0
    for name in BREAK:
        assert f"{name}:2: " in " ".join((run.stdout + run.stderr).split()), name
    assert not list((tmp_path / "site").rglob("*.html"))


def test_the_commands_say_what_they_are_for():
    command = [sys.executable, "-m", "invoke", "--list"]
    run = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), capture_output=True, encoding="utf-8", check=True
    )
    for line in run.stdout.splitlines():
        if re.match(r"  \w", line):
            assert re.match(r"  [\w-]+( \([\w, -]+\))?\s{2,}\S", line), (
                f"`{line.strip()}` says nothing"
            )


def test_advice_is_counted_as_such():
    error, advice = Problem("a.md", 1, "x", "wrong"), Problem("a.md", 2, "y", "long", "", "warning")
    last = [
        report.problems(found, "Then.").splitlines()[-1]
        for found in (
            [error],
            [error, advice],
            [error, error, advice, advice],
            [advice],
            [advice, advice],
        )
    ]
    assert last == [
        "1 problem. Then.",
        "2 problems, 1 of them a warning. Then.",
        "4 problems, 2 of them warnings. Then.",
        "1 warning. Then.",
        "2 warnings. Then.",
    ]


def test_what_to_do_is_said_once_for_neighbours_that_have_it_in_common():
    found = [Problem("a.md", line, "x", "wrong", hint) for line, hint in enumerate("AAB", 1)]
    assert report.problems(found, "Nothing was built.").splitlines() == [
        "a.md:1: x wrong",
        "a.md:2: x wrong",
        "    A",
        "a.md:3: x wrong",
        "    B",
        "",
        "3 problems. Nothing was built.",
    ]


@pytest.mark.parametrize("form", ["{}/", "{}//", "{}/../content"])
def test_the_content_folder_may_be_written_in_any_way(content, settings_file, tmp_path, form):
    expected = files_of(build(content, tmp_path / "one", settings_file()).output)
    settings = settings_file(PATH=form.format(content), OUTPUT_PATH=str(tmp_path / "two"))
    assert files_of(build(settings_file=settings).output) == expected


def test_a_name_with_signs_of_a_pattern_leaves_nothing_beside_it(content, tmp_path):
    output = tmp_path / "site[1]*"
    for number in range(3):
        with (content / "posts" / "a-plain-post.md").open("a", encoding="utf-8") as file:
            file.write(f"\nWords {number}.\n")
        build(content, output, ROOT / "pelicanconf.py")
    beside = {path.name for path in tmp_path.iterdir()} - {content.name}
    assert beside == {"site[1]*", ".site[1]*.spare"}


def test_the_report_names_every_draft(tmp_path, monkeypatch):
    content = tmp_path / "content"
    shutil.copytree(ROOT / "tests/bad/base", content)
    unfinished = "---\nname: Tape\nstatus: draft\n---\n\nNot much.\n"
    (content / "treatments/tape.md").write_text(unfinished, "utf-8")
    parking = "---\ntitle: Parking\nsummary: Where to park.\nstatus: draft\n---\n"
    (content / "pages/parking.md").write_text(parking, "utf-8")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780315200")
    built = build(content, tmp_path / "output")
    said = report.summary(built)
    for why in ("treatments/tape.md (an unfinished draft)", "pages/parking.md (a draft)"):
        assert re.search(rf"Left out: \S*{re.escape(why)}", said)
    assert {warning.path.rpartition("/")[2] for warning in built.warnings} == {"tape.md"}
    pages = {file.parent.name for file in (tmp_path / "output").rglob("*.html")}
    assert not pages & {"tape", "parking"}
