"""Publishing settings: `SITEURL` and `PUBLISH` in `publishconf.py`, which never holds secrets."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from practice.build.settings import load_settings
from practice.paths import command_of
from practice.problems import UsageError, did_you_mean
from practice.support.platform import LINKS_ARE_REPLACED

FILE = Path("publishconf.py")
Host = Literal["nginx", "caddy", "apache", "netlify", "cloudflare", "cloudfront", "github", "other"]
SECRET_ENVIRONMENT = {
    "password": "PUBLISH_PASSWORD",
    "pass": "PUBLISH_PASSWORD",
    "key": "an SSH agent, or `key_file`",
    "access_key_id": "AWS_ACCESS_KEY_ID",
    "secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "token": "the environment, as rclone or git reads it",
}
"""Secrets that people may write into the settings, and where they belong."""


class TargetSettings(BaseModel):
    """What the settings of every target have."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Host = Field("other", description="whose format headers and redirects are written in")
    time_limit: int = Field(
        60, ge=1, le=3600, description="seconds without progress after which publishing gives up"
    )

    @property
    def precompressed(self) -> bool:
        """Whether the host serves `.gz` and `.br` files; other hosts compress by themselves."""
        return self.host in ("nginx", "caddy", "other")


class Folder(TargetSettings):
    """A folder of this machine, which a web server serves."""

    to: Literal["folder"]
    path: Path = Field(description="the folder that the web server serves")
    by: Literal["symlink", "rename"] = Field(
        "symlink" if LINKS_ARE_REPLACED else "rename",
        description="`symlink` keeps the last releases beside it; Windows has only `rename`",
    )


class Ready(TargetSettings):
    """A folder that is prepared for Netlify or Cloudflare Pages."""

    to: Literal["ready"]
    path: Path = Field(Path("ready"), description="the folder to fill")
    host: Literal["netlify", "cloudflare"]


class Sftp(TargetSettings):
    """A server with SFTP (SSH)."""

    to: Literal["sftp"]
    server: str = Field(
        description="the server's name, without `sftp://` and path", pattern=r"^[^\s/@]+$"
    )
    port: int = Field(22, ge=1, le=65535, description="the port, from 1 to 65535")
    user: str
    path: str = Field(description="the folder that the web server serves, on the server")
    known_hosts: Path = Field(
        Path("known_hosts"), description="a file with the server's key, as `ssh-keyscan` prints it"
    )
    key_file: Path | None = Field(None, description="a private key; without it the SSH agent's")


class S3(TargetSettings):
    """A bucket with the S3 protocol."""

    to: Literal["s3"]
    bucket: str = Field(
        description="the bucket, and a path in it if there is one, without `s3://`",
        pattern=r"^[^:]+$",
    )
    provider: str = Field("AWS", description="as rclone names it")
    region: str = "us-east-1"
    endpoint: str | None = Field(None, description="for other providers than AWS")
    host: Host = "cloudfront"


class Rclone(TargetSettings):
    """Any other rclone remote that `rclone config` has set up."""

    to: Literal["rclone"]
    remote: str = Field(description="`name:path`", pattern=r"^[A-Za-z0-9][\w .+@-]*:.*$")


class GitHubPages(TargetSettings):
    """A branch that GitHub Pages serves."""

    to: Literal["github"]
    repository: str = Field("origin", description="a remote of this repository, by name")
    branch: str = "gh-pages"
    domain: str | None = Field(None, description="the site's own domain, for `CNAME`")
    host: Literal["github"] = "github"


AnyTarget = Annotated[Folder | Ready | Sftp | S3 | Rclone | GitHubPages, Field(discriminator="to")]
TARGETS: dict[str, type[TargetSettings]] = {
    "folder": Folder,
    "ready": Ready,
    "sftp": Sftp,
    "s3": S3,
    "rclone": Rclone,
    "github": GitHubPages,
}


class PublishSettings(BaseModel):
    """The settings of publishing."""

    address: str
    """The site's address, without a trailing slash."""
    folder: Path
    """The folder of the settings file; releases are stored there."""
    file: Path
    target: AnyTarget
    lines: dict[str, int] = Field(default_factory=dict)
    """The lines of `SITEURL`, `PUBLISH` and its keys in the settings file."""

    def line_of(self, *names: str) -> int:
        """Return the line of the first of these names that the settings file contains, or 1."""
        return next((self.lines[name] for name in names if name in self.lines), 1)


def load(file: Path = FILE) -> PublishSettings:
    """Read the settings; raises ``UsageError`` with the line of each mistake."""
    values = load_settings(file, None, None)
    where = file.name
    if not isinstance(values.get("PUBLISH"), dict):
        raise UsageError(
            f"`{where}` does not say where to publish: run `{command_of('publish --init')}`"
        )
    said: dict[str, object] = values["PUBLISH"]
    lines = _lines(file)
    for key in said:
        if key.lower() in SECRET_ENVIRONMENT:
            raise UsageError(
                f"{where}:{lines.get(key, 1)}: `{key}` is a secret and does not belong here: "
                f"use {SECRET_ENVIRONMENT[key.lower()]}"
            )
    try:
        target: AnyTarget = TypeAdapter(AnyTarget).validate_python(said)
    except ValidationError as error:
        raise UsageError("\n".join(_wrong(where, lines, said, error))) from error
    folder = file.resolve().parent
    return PublishSettings(
        address=str(values["SITEURL"]).rstrip("/"),
        folder=folder,
        file=file,
        target=target,
        lines=lines,
    )


def _wrong(
    where: str, lines: dict[str, int], said: dict[str, object], error: ValidationError
) -> Sequence[str]:
    found = []
    for detail in error.errors(include_url=False):
        name = str(detail["loc"][-1]) if detail["loc"] else "to"
        line = lines.get(name, lines.get("PUBLISH", 1))
        if detail["type"].startswith("union_tag"):
            hint = did_you_mean(str(said.get("to", "")), TARGETS)
            found.append(f"{where}:{lines.get('to', line)}: `to` is not a kind of target: {hint}")
        elif detail["type"] == "extra_forbidden":
            known = TARGETS[str(said["to"])].model_fields
            found.append(f"{where}:{line}: `{name}` is unknown: {did_you_mean(name, known)}")
        elif detail["type"] == "missing":
            help = TARGETS[str(said["to"])].model_fields[name].description or name
            found.append(f"{where}:{line}: PUBLISH needs `{name}`: {help}")
        else:
            why = reason(TARGETS[str(said["to"])].model_fields.get(name), detail)
            found.append(f"{where}:{line}: `{name}`: {why}")
    return found


def reason(info: FieldInfo | None, detail: ErrorDetails) -> str:
    """Return why a value does not fit, in the owner's words; ``info`` is the field's."""
    limits = detail.get("ctx", {})
    match detail["type"]:
        case "int_parsing" | "int_type" | "int_from_float":
            return f"`{detail['input']}` is not a whole number, written in digits only"
        case "greater_than_equal":
            return f"`{detail['input']}` is too small: the least is {limits['ge']}"
        case "less_than_equal":
            return f"`{detail['input']}` is too large: the most is {limits['le']}"
        case "literal_error":
            return f"`{detail['input']}` is none of {limits['expected']}"
        case "string_pattern_mismatch" if info and info.description:
            return f"it is not {info.description}"  # a value of this kind may hold a secret
        case kind if kind.endswith("_type"):
            return f"`{detail['input']}` is not a text in quotes"
        case _:
            return detail["msg"]


def _lines(file: Path) -> dict[str, int]:
    """Return the line of every name that the file sets, and of every key of ``PUBLISH``."""
    lines: dict[str, int] = {}
    for node in ast.parse(file.read_text(encoding="utf-8-sig")).body:
        if not isinstance(node, ast.Assign):
            continue
        names = [name.id for name in node.targets if isinstance(name, ast.Name)]
        lines |= dict.fromkeys(names, node.lineno)
        if "PUBLISH" in names and isinstance(node.value, ast.Dict):
            keys = [key for key in node.value.keys if isinstance(key, ast.Constant)]
            lines |= {str(key.value): key.lineno for key in keys}
    return lines
