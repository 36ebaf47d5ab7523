"""Amazon CloudFront: response headers policies, and a function for redirects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from practice.hosting.headers import POLICY, SEARCH_POLICY, SECURITY, policy
from practice.site.redirects import Redirect


def headers_policy(address: str, *, search: bool) -> str:
    """Return a `ResponseHeadersPolicyConfig` of CloudFront (`create-response-headers-policy`).

    Two are needed: one for the paths of the search, and one for all others. Cache-Control is not
    included: it is stored with each object during the upload.
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


def function(moved: Iterable[Redirect], base: str) -> str:
    """Return a CloudFront function (viewer request) for redirects and for `index.html`."""
    targets = {base + r.source: r.location(base) if r.target else None for r in moved}
    return (
        f"var moved = {json.dumps(targets, indent=1)};\n"
        "function handler(event) {\n"
        "  var request = event.request;\n"
        "  var uri = request.uri;\n"
        "  if (Object.prototype.hasOwnProperty.call(moved, uri)) {\n"
        "    if (moved[uri] === null) return { statusCode: 410, statusDescription: 'Gone' };\n"
        "    return { statusCode: 301, statusDescription: 'Moved Permanently',\n"
        "      headers: { location: { value: moved[uri] } } };\n"
        "  }\n"
        "  if (uri.endsWith('/')) request.uri = uri + 'index.html';\n"
        "  else if (uri.lastIndexOf('.') < uri.lastIndexOf('/')) {\n"
        "    return { statusCode: 301, statusDescription: 'Moved Permanently',\n"
        "      headers: { location: { value: uri + '/' } } };\n"
        "  }\n"
        "  return request;\n"
        "}\n"
    )
