"""Amazon CloudFront: response headers policies, and a function for redirects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from practice.hosting.headers import SEARCH, SECURITY, policy_of, security_of
from practice.site.outside import Outside, together
from practice.site.redirects import Redirect

LONGEST_NAME = 128 - len("-search")
"""Characters of a policy's name."""


def headers_policy(address: str, pages: Mapping[str, Outside], *, search: bool) -> str:
    """Return a `ResponseHeadersPolicyConfig` of CloudFront (`create-response-headers-policy`).

    Two are needed: one for the paths of the search, and one for all others. Cache-Control is not
    included: it is stored with each object during the upload. ``pages`` maps the address of
    each page that uses other sites to those sites. The headers allow what any of them needs; if
    there are any, each page contains its own policy.
    """
    outside = together(pages)
    security = security_of(outside)
    known = {
        "ContentSecurityPolicy": {
            "Override": True,
            "ContentSecurityPolicy": policy_of(SEARCH[0] if search else "/", outside),
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
        for name, value in security.items()
        if name not in said
    ]
    name = re.sub(r"[^A-Za-z0-9]+", "-", address.removeprefix("https://"))[:LONGEST_NAME]
    config = {
        "Name": name + "-search" * search,
        "SecurityHeadersConfig": known,
        "CustomHeadersConfig": {"Quantity": len(others), "Items": others},
    }
    return json.dumps(config, indent=2) + "\n"


HANDLER = r"""
function handler(event) {
  var request = event.request;
  var uri = request.uri.replace(/^[\/\\]+/, '/');
  var path = uri;
  try { path = decodeURIComponent(uri); } catch (error) { /* not UTF-8 */ }
  if (Object.prototype.hasOwnProperty.call(moved, path)) {
    if (moved[path] === null) return { statusCode: 410, statusDescription: 'Gone' };
    return { statusCode: 301, statusDescription: 'Moved Permanently',
      headers: { location: { value: moved[path] } } };
  }
  request.uri = uri;
  if (uri.endsWith('/')) request.uri = uri + 'index.html';
  else if (uri.lastIndexOf('.') < uri.lastIndexOf('/')) {
    return { statusCode: 301, statusDescription: 'Moved Permanently',
      headers: { location: { value: uri + '/' } } };
  }
  return request;
}
"""
"""CloudFront does not decode paths. Slashes at the start become one, because two of them would make
a location the address of another site."""


def function(moved: Iterable[Redirect], base: str) -> str:
    """Return a CloudFront function (viewer request) for redirects and for `index.html`."""
    targets = {base + r.source: r.location(base) if r.target else None for r in moved}
    return f"var moved = {quoted(targets)};{HANDLER}"


def quoted(values: dict[str, str | None]) -> str:
    """Return values as JSON in ASCII, which is also JavaScript, whatever they contain."""
    return json.dumps(values, indent=1)
