"""From where a request came, by what it says of its own way here: this machine, or somebody else through a proxy. Pure.

A proxy betrays itself by a header that no browser sends, be it empty; one that adds none, by the Origin of its page.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

# RFC 9110 "Via", RFC 7239 "Forwarded", RFC 8586 "CDN-Loop"; the others as the makers of proxies document them (nginx,
# Apache, Envoy, Traefik, HAProxy, IIS, WebLogic, AWS, Azure, Google, Akamai, Cloudflare, Fastly, Fly, Tailscale).
_OF_PROXIES = frozenset(
    """
    via forwarded forwarded-for forwarded-proto cdn-loop x-real-ip x-real-port true-client-ip client-ip x-client-ip
    x-client-port x-cluster-client-ip x-remote-ip x-remote-addr x-remote-user remote-addr remote-user x-originating-ip
    x-host x-scheme x-url-scheme x-rewrite-url x-http-host-override front-end-https x-http-x-forwarded-for
    proxy-client-ip wl-proxy-client-ip x-proxyuser-ip x-proxy-user-ip x-amzn-trace-id x-cloud-trace-context
    x-request-id x-request-start x-correlation-id x-varnish x-arr-log-id x-arr-ssl x-site-deployment-id
    x-ingress-path x-script-name x-proxycontextpath ssl-client-cert traceparent x-pomerium-jwt-assertion
    teleport-jwt-assertion
    x-waws-unencoded-url x-bluecoat-via x-coming-from max-forwards surrogate-capability x-replaced-path
    """.split()
)
_FAMILIES = tuple(
    """
    x-forwarded x-original- x-envoy- x-proxy- x-akamai- x-azure- x-vercel- x-amz-cf- x-amzn-oidc- x-goog-iap-
    x-appengine- x-auth-request-
    x-kong- x-authentik- x-authelia- x-nginx- x-ms-client-principal cf- cloudfront- fastly- fly- tailscale- akamai-
    """.split()
)


def exposed(address: str | None, headers: Mapping[str, str]) -> str | None:
    """Why others than this machine may be looking; None when the address and the request say that none does."""
    if not is_here(address):
        return f"server.address={address or 'unset (every interface)'}"
    return from_elsewhere(headers)


def from_elsewhere(headers: Mapping[str, str]) -> str | None:
    """What of a request's headers, whatever their case, says that it was not asked for on this machine."""
    said = {name.lower(): value for name, value in headers.items()}
    if "host" in said and not is_here(_hostname(said["host"])):
        return f"this page was asked for as {said['host']:.100}"
    if "origin" in said and not _is_local_page(said["origin"]):
        return f"a page of {said['origin']:.100} asks"
    proxy = next((name for name in said if name in _OF_PROXIES or name.startswith(_FAMILIES)), None)
    return f"a proxy passes requests on ({proxy:.100})" if proxy else None


def is_here(host: str | None) -> bool:
    """Whether a host's name or address is this machine's own, whoever resolves it."""
    try:
        return host == "localhost" or ipaddress.ip_address((host or "").strip("[]")).is_loopback
    except ValueError:
        return False


def _is_local_page(origin: str) -> bool:
    # A page of a file, a sandbox or an extension has the origin "null" or a scheme of its own.
    scheme, _, rest = origin.partition("://")
    return scheme.lower() in {"http", "https"} and is_here(_hostname(rest))


def _hostname(host: str) -> str | None:
    if "@" in host:
        # What stands before it is a person, not a host: no browser sends that.
        return None
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
