"""TLS by the server itself: from files, or a certificate made for a local network."""

import ipaddress
import ssl
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from salon.clock import SystemClock
from salon.config import Tls
from salon.errors import Unavailable

VALID_FOR = timedelta(days=825)  # the longest that browsers take
CERTIFICATE = "self-signed.pem"


def server_context(
    tls: Tls, directory: Path, names: frozenset[str] = frozenset()
) -> ssl.SSLContext | None:
    """Return what HTTP is encrypted with, None for plain. Raises Unavailable for unusable files."""
    if tls.mode == "off":
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.mode == "self-signed":
        file = directory / CERTIFICATE
        if not file.is_file():
            fresh = file.with_suffix(".new")  # a half-written file would stop every later start
            fresh.touch(mode=0o600)
            fresh.write_bytes(self_signed({"localhost", "127.0.0.1", "::1", *names}))
            fresh.replace(file)
        context.load_cert_chain(file)
        return context
    try:
        context.load_cert_chain(str(tls.certificate), str(tls.key))
    except (OSError, ssl.SSLError) as error:
        raise Unavailable(
            f"The certificate {tls.certificate} with key {tls.key} cannot be used: {error}."
        ) from error
    return context


def self_signed(names: set[str]) -> bytes:
    """Return PEM of a key and a certificate for these names and addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Salon")])
    now = SystemClock().now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID_FOR)
        .add_extension(
            x509.SubjectAlternativeName([_name(n) for n in sorted(names)]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        return x509.DNSName(text)
