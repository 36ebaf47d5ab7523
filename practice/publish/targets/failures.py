"""What rclone and git report when they fail, in the owner's words, and what to do about it."""

from __future__ import annotations

import re
from typing import NamedTuple

from practice.problems import UsageError


class Cause(NamedTuple):
    """A kind of failure, and the texts of rclone, git and ssh by which it is recognized."""

    pattern: str
    reason: str
    remedy: str


KEYS = (
    "check the user, and the password or key: the table “Secrets” in docs/publishing.md says where "
    "they come from"
)
CAUSES = (
    Cause(
        r"key mismatch|HOST IDENTIFICATION HAS CHANGED",
        "the server has another key than the one in the file of known hosts: it may not be yours",
        "ask your host whether the key has changed; if so, save the new one as docs/publishing.md "
        "describes",
    ),
    Cause(
        r"knownhosts: key is unknown|Host key verification failed",
        "the server's key is not in the file of known hosts",
        "save it with `ssh-keyscan` as docs/publishing.md describes",
    ),
    Cause(
        r"x509:|certificate (?:verif|problem|has expired|is not)|SSL certificate"
        r"|tls: .*certificate",
        "the server's certificate is not trusted",
        "check the server's name; if it is right, ask the host to renew the certificate",
    ),
    Cause(
        r"http: server gave HTTP response to HTTPS client|first record does not look like a TLS",
        "the server does not speak HTTPS at this address",
        "check the address and the port",
    ),
    Cause(
        r"no such host|[Cc]ould not resolve host|Name or service not known"
        r"|name resolution|nodename nor servname|server misbehaving",
        "the server's name was not found",
        "check the name in the settings, and this computer's connection to the internet",
    ),
    Cause(
        r"unreachable|no route to host|No route to host",
        "there is no connection to the server",
        "check this computer's connection to the internet, then publish again",
    ),
    Cause(
        r"connection refused|Connection refused|actively refused|Failed to connect|t connect to",
        "the server does not accept connections",
        "check its name and port; if they are right, the server may be down: try again later",
    ),
    Cause(
        r"RequestTimeTooSkewed|clock skew",
        "this computer's clock is wrong, so the server refuses its requests",
        "set the clock",
    ),
    Cause(
        r"SSH agent requested|connect to ssh-agent",
        "there is neither a password nor a key to log in with",
        "set `PUBLISH_PASSWORD`, name a `key_file`, or start an SSH agent",
    ),
    Cause(
        r"passphrase protected",
        "the key is protected by a passphrase, which cannot be asked for",
        "add the key to an SSH agent with `ssh-add`, and leave out `key_file`",
    ),
    Cause(
        r"failed to (?:read|parse) private key",
        "the file of the private key cannot be read",
        "check `key_file`",
    ),
    Cause(
        r"no EC2 IMDS role|failed to refresh cached credentials|NoCredentialProviders"
        r"|get identity: get credentials",
        "there are no keys to log in with",
        "set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`",
    ),
    Cause(
        r"find section in config|find backend called|unknown remote",
        "rclone has no remote of this name",
        "check `remote`, or set the remote up with `uv run rclone config`",
    ),
    Cause(
        r"NoSuchBucket|[Bb]ucket does not exist",
        "there is no bucket of this name",
        "check `bucket`, `endpoint` and `region`, or create the bucket",
    ),
    Cause(
        r"AuthorizationHeaderMalformed|PermanentRedirect|BucketRegionError",
        "the bucket is in another region",
        "check `region` and `endpoint`",
    ),
    Cause(
        r"not a git repository",
        "the folder of the settings is not in a Git repository",
        "run the command in a clone of the repository",
    ),
    Cause(
        r"dubious ownership",
        "the Git repository belongs to another user of this computer",
        "run the command as that user",
    ),
    Cause(
        r"tell me who you are|unable to auto-detect email|empty ident name",
        "Git does not know who publishes",
        "run `git config user.name` and `git config user.email` with your name and address",
    ),
    Cause(
        r"[Nn]o space left|[Qq]uota|QuotaExceeded|Insufficient Storage|XMinioStorageFull"
        r"|not enough space|out of disk space|SSH_FX_NO_SPACE|SSH_FX_QUOTA",
        "there is no space left",
        "make room there, or ask the host for more, then publish again",
    ),
    Cause(
        r"protected branch|GH006|GH013",
        "the branch is protected, so the push was rejected",
        "allow this account to push to it, in the repository's settings",
    ),
    Cause(
        r"exceeds .*file size limit|GH001",
        "a file is too large for the host",
        "make the file smaller, or publish it elsewhere",
    ),
    Cause(
        r"\[rejected\]|non-fast-forward|fetch first|stale info|cannot lock ref"
        r"|failed to update ref",
        "somebody else has changed the branch in the meantime",
        "publish again",
    ),
    Cause(
        r"\[remote rejected\]|hook declined|deny updating",
        "the repository rejected the push",
        "read what it reports, or ask who looks after the repository",
    ),
    Cause(
        r"[Rr]ead-only file ?system",
        "nothing can be written there: it is read-only",
        "ask the host, or check the target's disk",
    ),
    Cause(
        r"unable to authenticate|Permission denied \((?:publickey|password|keyboard)"
        r"|Authentication failed|could not read (?:Username|Password)|InvalidAccessKeyId"
        r"|SignatureDoesNotMatch|ExpiredToken|InvalidToken|Unauthorized|StatusCode: 40[13]|\b401\b"
        r"|Login incorrect|530 |invalid[ _]grant|bad credentials|Bad credentials",
        "the server does not accept the user, the password or the key",
        KEYS,
    ),
    Cause(
        r"[Pp]ermission denied|PERMISSION_DENIED|AccessDenied|Access Denied|Forbidden|\b403\b"
        r"|operation not permitted|insufficient permission|Permission to .* denied",
        "this account may not write there",
        "check the path, and ask the host for the right to write there",
    ),
    Cause(
        r"[Rr]epository not found|repository .* not found|not appear to be a git repository"
        r"|No such remote",
        "there is no such Git repository",
        "check `repository`: `git remote -v` lists the ones of this project",
    ),
    Cause(
        r"i/o timeout|timed out|[Tt]imeout|deadline exceeded|too slow",
        "the server does not answer in time",
        "try again later; check the connection to the internet",
    ),
    Cause(
        r"EOF|connection (?:reset|lost|closed|was closed)|Connection (?:reset|closed)|broken pipe"
        r"|Broken pipe|hung up|forcibly closed|use of closed|disconnected|handshake failed"
        r"|RPC failed|kex_exchange",
        "the connection was lost",
        "publish again: what has arrived is not sent again",
    ),
    Cause(
        r"SSH_FX_FAILURE|code: 4\b|StatusCode: 5\d\d|\b50[0-4]\b|InternalError|SlowDown"
        r"|Internal Server Error|Bad Gateway|Service Unavailable",
        "the server has failed; often its disk is full",
        "try again later, or ask the host whether there is space left, then publish again",
    ),
    Cause(
        r"SSH_FX_NO_SUCH_FILE|directory not found|[Nn]o such file",
        "the folder was not found",
        "check the path in the settings",
    ),
)
"""The first one that matches is told: precise causes stand before vague ones."""


def failure(place: str, program: str, said: str) -> UsageError:
    """Return the error for a program that has failed at a place, from what it said."""
    last = (said.strip().splitlines() or ["nothing"])[-1]
    found = next((cause for cause in CAUSES if re.search(cause.pattern, said)), None)
    if found is None:
        return UsageError(
            f"{place}: `{program}` could not do its work: try again, and if it fails again, show "
            f"your host what it reports\n    {program} reports: {last}"
        )
    lines = said.splitlines()
    of_server = [
        line for line in lines if line.startswith("remote: ")
    ]  # a host that rejects a push
    line = [*(of_server or [line for line in lines if re.search(found.pattern, line)]), last][0]
    return UsageError(
        f"{place} could not be used: {found.reason}: {found.remedy}\n    {program} reports: {line}"
    )


def no_progress(place: str, program: str, seconds: float, said: str) -> UsageError:
    """Return the error for a program that was ended because it made no progress."""
    last = (said.strip().splitlines() or ["nothing"])[-1]
    return UsageError(
        f"{place} does not answer: nothing has moved for {seconds:g} seconds: check the connection "
        "to the internet and whether the server works, then publish again (a slow server needs a "
        f"larger `time_limit` in PUBLISH)\n    {program} reports: {last}"
    )
