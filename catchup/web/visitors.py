"""Who asks, as far as a limit must know: never by a name, and not by a header that anybody can write."""

from ipaddress import IPv6Address, ip_address

from flask import request


def network() -> str:
    """The address that asks; of IPv6 the half that a household or office has to itself.

    ``X-Forwarded-For`` counts only as far as CATCHUP_PROXIES says that proxies of ours have written it.
    """
    address = ip_address(request.remote_addr or "::")
    if isinstance(address, IPv6Address):
        return address.exploded[:19]
    return str(address)
