"""Values of settings that more than their type is asked of."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, PlainValidator


def _base_url(text: str) -> str:
    """Return `https://host[:port]`: what people type into the browser, without a path."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as error:
        raise ValueError("expected an address like https://salon.example.org") from error
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError("expected an address like https://salon.example.org")
    if url.path.strip("/") or url.query or url.fragment or "@" in url.netloc:
        raise ValueError("expected only scheme, host and port, as in https://salon.example.org")
    if not all(" " < character < "\x7f" for character in url.netloc):
        raise ValueError("expected a host name in ASCII, as in https://xn--caf-dma.example")
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    return f"{url.scheme}://{host}" + ("" if port is None else f":{port}")


def _address(text: object) -> IPv4Address | IPv6Address:
    # As text only: ipaddress would take 1 for 0.0.0.1.
    try:
        return ip_address(str(text))
    except ValueError as error:
        raise ValueError("expected an IP address like 203.0.113.7") from error


def _network(text: object) -> IPv4Network | IPv6Network:
    try:
        return ip_network(str(text))
    except ValueError as error:
        raise ValueError("expected a network like 10.0.0.0/8, host bits zero") from error


BaseUrl = Annotated[str, AfterValidator(_base_url)]
Port = Annotated[int, Field(ge=1, le=65_535)]
IpAddress = Annotated[
    IPv4Address | IPv6Address, PlainValidator(_address, json_schema_input_type=str)
]
IpNetwork = Annotated[
    IPv4Network | IPv6Network, PlainValidator(_network, json_schema_input_type=str)
]
LOOPBACK = IPv4Address("127.0.0.1")
