"""Targets: the places a release can go to. Each says what is live there, and makes a plan true.

Every target is safe to be killed at any moment: a folder and a branch change in one step, a
remote says first which files it is about to touch, so that the next run writes them anew.
"""

from __future__ import annotations

from practice.publish.settings import (
    AnyTarget,
    Folder,
    GitHubPages,
    PublishSettings,
    Ready,
)
from practice.publish.targets.folder import LinkedFolder, SwappedFolder
from practice.publish.targets.github import Branch
from practice.publish.targets.remote import Remote
from practice.publish.targets.target import Target


def of(settings: PublishSettings) -> Target:
    """The target that the settings name."""
    target: AnyTarget = settings.target
    match target:
        case Folder(by="symlink"):
            return LinkedFolder(settings.folder / target.path)
        case Folder() | Ready():
            return SwappedFolder(settings.folder / target.path)
        case GitHubPages():
            return Branch(settings.folder, target)
        case _:
            return Remote(settings.folder, target)
