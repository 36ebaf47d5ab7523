"""Chooses the target that the settings name.

A target reports what is live and carries out a plan. Every target survives being killed at any
moment: a folder and a branch change in one step, and a remote records which files it is about
to change, so that the next run writes them again.
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
    """Return the target that the settings name."""
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
