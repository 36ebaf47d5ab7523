"""The workflow runs the test command on every system and Python that is said to be supported."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEST = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))


def test_every_system_and_every_python():
    matrix = TEST["jobs"]["test"]["strategy"]["matrix"]
    assert {system.partition("-")[0] for system in matrix["system"]} == {
        "ubuntu",
        "macos",
        "windows",
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    least = project["requires-python"].removeprefix(">=")
    assert matrix["python"] == ["3.11", "3.12", "3.13", "3.14"]
    assert matrix["python"][0] == least
    commands = [step.get("run", "") for step in TEST["jobs"]["test"]["steps"]]
    assert any("inv test" in command for command in commands)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_may_do_little_and_uses_fixed_actions(file):
    workflow = yaml.safe_load(file.read_text("utf-8"))
    assert workflow["permissions"] in ({}, {"contents": "read"})
    assert "secrets." not in file.read_text("utf-8")
    assert "pull_request_target" not in file.read_text("utf-8")
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            action = step.get("uses", "actions/x@" + "0" * 40)
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
            if action.startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False
