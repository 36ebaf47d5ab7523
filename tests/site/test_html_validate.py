"""The HTML of every page, as html-validate reads the HTML standard and what ARIA adds to it."""

from __future__ import annotations

import json
import subprocess

import pytest
import tools

CONFIG = {"root": True, "extends": ["html-validate:standard", "html-validate:a11y"]}
"""Its presets of rules, but not its preferences of style, such as capitals in the doctype."""


def found(folder, config) -> list[str]:
    """What the program finds wrong in the pages of a folder."""
    report = config.with_name("report.json")
    with report.open("wb") as output:  # the program loses what a pipe does not take at once
        subprocess.run(
            [tools.required("html-validate"), "--config", config, "--formatter", "json", folder],
            stdout=output,
            check=False,
        )
    results = json.loads(report.read_text("utf-8"))
    return [
        f"{result['filePath']}:{message['line']}: {message['ruleId']} {message['message']}"
        for result in results
        for message in result["messages"]
    ]


@pytest.fixture
def config(tmp_path):
    file = tmp_path / "html-validate.json"
    file.write_text(json.dumps(CONFIG), "utf-8")
    return file


def test_html_validate_finds_nothing(practice, config):
    assert found(practice.folder, config) == []


def test_html_validate_sees_what_is_wrong(practices, config, tmp_path):
    """Else the test above could not fail."""
    folder = tmp_path / "site"
    folder.mkdir()
    text = practices["kitchen-sink"].page("/").text
    assert text.count('<ul class="cards">')
    page = text.replace('<ul class="cards">', '<ul class="cards" role="list"><p>x</p>')
    (folder / "index.html").write_text(page, "utf-8")
    rules = {line.split()[1] for line in found(folder, config)}
    assert {"no-redundant-role", "element-permitted-content"} <= rules
