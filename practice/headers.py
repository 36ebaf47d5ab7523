"""Headers: what a browser may do with the site's files, said once for every host.

``of(path)`` is the rule. The formats below only say it in a host's own words; a test asks a real
server for every file and compares. Sources: CSP Level 3 (https://www.w3.org/TR/CSP3/), Fetch
(https://fetch.spec.whatwg.org/), RFC 6797 (HSTS), RFC 9111 and 8246 (caching).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from practice import redirects
from practice.redirects import Redirect

POLICY: dict[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
"""What pages use: one script, one style sheet, pictures, the search form.

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


def policy_of(address: str) -> str:
    """The policy of the file at an address of the site, without the site's base path."""
    return policy(SEARCH_POLICY if address.startswith(SEARCH) else POLICY)


def caching_of(address: str) -> str:
    """How long the file at an address may be kept."""
    return next((value for folder, value in CACHING.items() if address.startswith(folder)), SOON)


def of(address: str) -> dict[str, str]:
    """Every header of the file at an address of the site."""
    return {
        "Content-Security-Policy": policy_of(address),
        **SECURITY,
        "Cache-Control": caching_of(address),
    }


def in_page(address: str) -> str:
    """The part of the policy that a page can carry itself, for hosts without headers.

    `frame-ancestors` has no effect there (CSP Level 3, section 3.3), so it is left out.
    """
    directives = SEARCH_POLICY if address.startswith(SEARCH) else POLICY
    return policy({k: v for k, v in directives.items() if k != "frame-ancestors"})


# --- Each host's format ---


def netlify(base: str) -> str:
    """`_headers` of Netlify, where rules that overlap add up: no header is said twice.

    So the one policy there is that of the search, and pages are cached as Netlify does it
    itself: kept, but asked about each time.
    """
    everywhere = {"Content-Security-Policy": policy(SEARCH_POLICY), **SECURITY}
    return _blocks(
        {"/*": everywhere}
        | {f"{base}{folder}*": {"Cache-Control": value} for folder, value in CACHING.items()}
    )


def cloudflare(base: str) -> str:
    """`_headers` of Cloudflare Pages, where `!` takes back what a wider rule has said."""
    search = {"! Content-Security-Policy": "", "Content-Security-Policy": policy(SEARCH_POLICY)}
    return _blocks(
        {"/*": {"Content-Security-Policy": policy(POLICY), **SECURITY}}
        | {f"{base}{folder}*": search for folder in SEARCH}
        | {f"{base}{folder}*": {"Cache-Control": value} for folder, value in CACHING.items()}
    )


def _blocks(rules: dict[str, dict[str, str]]) -> str:
    lines = []
    for path, headers in rules.items():
        lines.append(path)
        lines.extend(
            f"  {name}: {value}" if value else f"  {name}" for name, value in headers.items()
        )
    return "".join(f"{line}\n" for line in lines)


def nginx_http(base: str) -> str:
    """What nginx needs once, in its `http` block."""
    search = "|".join(re.escape(folder) for folder in SEARCH)
    maps = [
        ("practice_policy", policy(POLICY), [(f"~^{base}(?:{search})", policy(SEARCH_POLICY))]),
        (
            "practice_caching",
            SOON,
            [(f"~^{base}{re.escape(folder)}", value) for folder, value in CACHING.items()],
        ),
    ]
    text = ""
    for variable, default, cases in maps:
        text += f'map $uri ${variable} {{\n  default "{default}";\n'
        text += "".join(f'  "{pattern}" "{value}";\n' for pattern, value in cases)
        text += "}\n"
    return text


def nginx_server(base: str, moved: Iterable[Redirect]) -> str:
    """What nginx needs in the `server` block of the site, beside its name and certificate."""
    lines = [
        "index index.html;",
        "charset utf-8;",
        "charset_types text/html text/css text/plain application/javascript image/svg+xml;",
        "server_tokens off;",
        "absolute_redirect off;",
        "gzip_static on;",
        "gzip_vary on;",
        "# brotli_static on;  # where nginx has the module ngx_brotli",
        f"error_page 404 {base}{NOT_FOUND};",
        'add_header Content-Security-Policy "$practice_policy" always;',
        'add_header Cache-Control "$practice_caching" always;',
        *(f'add_header {name} "{value}" always;' for name, value in SECURITY.items()),
        "location ~ \\.(?:gz|br)$ { internal; }",
    ]
    return "".join(f"{line}\n" for line in lines) + redirects.nginx(moved, base)


def caddy(base: str, moved: Iterable[Redirect]) -> str:
    """What Caddy needs in the site's block, beside `root`."""
    lines = ["file_server {", "  precompressed br gzip", "}", "header {"]
    lines += [f'  {name} "{value}"' for name, value in SECURITY.items()]
    lines += ["}"]
    search = " ".join(f"{base}{folder}*" for folder in SEARCH)
    lines += [
        f"@search path {search}",
        f"@pages not path {search}",
        f'header @search Content-Security-Policy "{policy(SEARCH_POLICY)}"',
        f'header @pages Content-Security-Policy "{policy(POLICY)}"',
    ]
    kept = " ".join(f"{base}{folder}*" for folder in CACHING)
    lines += [f"@soon not path {kept}", f'header @soon Cache-Control "{SOON}"']
    lines += [
        f'header {base}{folder}* Cache-Control "{value}"' for folder, value in CACHING.items()
    ]
    lines += ["handle_errors {", f"  rewrite * {base}{NOT_FOUND}", "  file_server", "}"]
    return "".join(f"{line}\n" for line in lines) + redirects.caddy(moved, base)


def htaccess(base: str, moved: Iterable[Redirect]) -> str:
    """Apache's `.htaccess`; the modules `headers` and `alias` have to be on."""
    search = "|".join(re.escape(base + folder) for folder in SEARCH)
    where = f'"expr=%{{REQUEST_URI}} =~ m#^(?:{search})#"'
    lines = [
        "Options -Indexes",
        "AddCharset utf-8 .html .css .js .svg .txt .xml",
        "AddType image/avif .avif",
        f"ErrorDocument 404 {base}{NOT_FOUND}",
        *(f'Header always set {name} "{value}"' for name, value in SECURITY.items()),
        f'Header always set Content-Security-Policy "{policy(POLICY)}"',
        f'Header always set Content-Security-Policy "{policy(SEARCH_POLICY)}" {where}',
        f'Header always set Cache-Control "{SOON}"',
        *(
            f'Header always set Cache-Control "{value}" '
            f'"expr=%{{REQUEST_URI}} =~ m#^{re.escape(base + folder)}#"'
            for folder, value in CACHING.items()
        ),
    ]
    return "".join(f"{line}\n" for line in lines) + redirects.htaccess(moved, base)


def cloudfront(address: str, *, search: bool) -> str:
    """A `ResponseHeadersPolicyConfig` of CloudFront (`create-response-headers-policy`).

    Two are needed: one for the search's paths, one for all others. Cache-Control is not in it:
    it is stored with each object when that is uploaded.
    """
    known = {
        "ContentSecurityPolicy": {
            "Override": True,
            "ContentSecurityPolicy": policy(SEARCH_POLICY if search else POLICY),
        },
        "StrictTransportSecurity": {
            "Override": True,
            "AccessControlMaxAgeSec": int(SECURITY["Strict-Transport-Security"].split("=")[1]),
            "IncludeSubdomains": False,
            "Preload": False,
        },
        "ContentTypeOptions": {"Override": True},
        "ReferrerPolicy": {"Override": True, "ReferrerPolicy": SECURITY["Referrer-Policy"]},
    }
    said = ("Strict-Transport-Security", "X-Content-Type-Options", "Referrer-Policy")
    others = [
        {"Header": name, "Value": value, "Override": True}
        for name, value in SECURITY.items()
        if name not in said
    ]
    config = {
        "Name": re.sub(r"\W+", "-", address.removeprefix("https://")) + ("-search" * search),
        "SecurityHeadersConfig": known,
        "CustomHeadersConfig": {"Quantity": len(others), "Items": others},
    }
    return json.dumps(config, indent=2) + "\n"
