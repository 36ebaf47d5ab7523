"""Response headers: what a browser may do with the site's files.

``of(path)`` is the rule. The other modules of this package write it in the format of each host. A
test requests every file from a real server and compares. A page with a video or a form names in its
policy the sites that these need (`practice.site.outside`). Sources: CSP Level 3
(https://www.w3.org/TR/CSP3/), Fetch (https://fetch.spec.whatwg.org/), RFC 6797 (HSTS), RFC 9111 and
8246 (caching).
"""

from __future__ import annotations

from collections.abc import Mapping

from practice.site.outside import NOWHERE, Outside

CSP = "Content-Security-Policy"
POLICY: dict[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
"""What pages use: one script, one style sheet, pictures, fonts, the search form.

`connect-src` is for the search's index; on other pages only tools such as Lighthouse use it, which
ask for `robots.txt` in the page's name.
"""
SEARCH_POLICY: dict[str, str] = POLICY | {"script-src": "'self' 'wasm-unsafe-eval'"}
"""Search runs WebAssembly. No other page may."""
SEARCH = ("/search/", "/pagefind/")
"""Where the search runs: its page, and the worker that the page starts."""

SECURITY: dict[str, str] = {
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media",
            "fullscreen", "geolocation", "gyroscope", "magnetometer", "microphone", "midi",
            "payment", "publickey-credentials-get", "screen-wake-lock", "usb",
            "xr-spatial-tracking",
        )
    ),
}  # fmt: skip
"""The same for every file. A referrer would tell another site what a patient was reading."""

EMBEDDER = "Cross-Origin-Embedder-Policy"
PERMISSIONS = "Permissions-Policy"
OF_PLAYERS = ("autoplay", "encrypted-media", "fullscreen")
"""What a player may do on a page with a video: start at once, show what is protected, fill the
screen."""

SOON = "public, max-age=300"
DAY = "public, max-age=86400"
FOREVER = "public, max-age=31536000, immutable"
CACHING: dict[str, str] = {
    "/assets/": FOREVER,  # the name changes with the content
    "/pagefind/fragment/": FOREVER,
    "/pagefind/index/": FOREVER,
    "/pagefind/newest/fragment/": FOREVER,
    "/pagefind/newest/index/": FOREVER,
    "/images/": DAY,
    "/files/": DAY,
}
"""By folder; everything else changes under its name and is asked for again SOON."""
NOT_FOUND = "/404.html"


def policy(directives: dict[str, str]) -> str:
    """A content security policy as one line."""
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def directives_of(address: str, outside: Outside = NOWHERE) -> dict[str, str]:
    """The policy's directives for the file at an address, without the site's base path.

    A form may send to its own site, and a video's player may be shown in a frame.
    """
    directives = dict(SEARCH_POLICY if address.startswith(SEARCH) else POLICY)
    directives["form-action"] = " ".join((directives["form-action"], *outside.forms))
    if outside.players:
        directives["frame-src"] = " ".join(outside.players)
    return directives


def policy_of(address: str, outside: Outside = NOWHERE) -> str:
    """The policy of the file at an address of the site, without the site's base path."""
    return policy(directives_of(address, outside))


def security_of(outside: Outside) -> dict[str, str]:
    """The headers that are the same for every file, or for every file that uses ``outside``.

    A frame must itself ask for `Cross-Origin-Embedder-Policy` where the page does (HTML, section
    7.1.4.1), also with `credentialless`. The players do not, so their pages leave it out.
    """
    if not outside.players:
        return SECURITY
    allowed = " ".join(("self", *(f'"{origin}"' for origin in outside.players)))
    permissions = SECURITY[PERMISSIONS]
    for feature in OF_PLAYERS:
        permissions = permissions.replace(f"{feature}=()", f"{feature}=({allowed})")
    return SECURITY | {EMBEDDER: "unsafe-none", PERMISSIONS: permissions}


def differing(address: str, outside: Outside) -> dict[str, str]:
    """The headers of a page that uses other sites, as far as they differ from the usual ones."""
    usual = of(address)
    return {name: value for name, value in of(address, outside).items() if value != usual[name]}


def varying(pages: Mapping[str, Outside]) -> set[str]:
    """The names of the headers that differ from page to page, beside the policy."""
    return {name for page in pages.values() for name in differing("/", page)} - {CSP}


def caching_of(address: str) -> str:
    """How long the file at an address may be kept."""
    return next((value for folder, value in CACHING.items() if address.startswith(folder)), SOON)


def of(address: str, outside: Outside = NOWHERE) -> dict[str, str]:
    """Every header of the file at an address of the site."""
    return {
        CSP: policy_of(address, outside),
        **security_of(outside),
        "Cache-Control": caching_of(address),
    }


def in_page(address: str, outside: Outside = NOWHERE) -> str:
    """The part of the policy that a page can carry itself, for hosts without headers.

    `frame-ancestors` has no effect there (CSP Level 3, section 3.3), so it is left out.
    """
    directives = directives_of(address, outside)
    return policy({k: v for k, v in directives.items() if k != "frame-ancestors"})


def blocks(rules: dict[str, dict[str, str]]) -> str:
    """Format header rules for a file ``_headers``: each path, its headers indented below it."""
    lines = []
    for path, headers in rules.items():
        lines.append(path)
        lines.extend(
            f"  {name}: {value}" if value else f"  {name}" for name, value in headers.items()
        )
    return "".join(f"{line}\n" for line in lines)
