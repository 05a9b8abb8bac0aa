"""Headers that every answer carries."""

from aiohttp import hdrs, web

PERMISSIONS = "microphone=(self), camera=(), geolocation=(), display-capture=()"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
}


def content_security_policy(import_map_hash: str | None) -> str:
    """Return what a page may load: ours only; inline, the import map and nothing else.

    WebAssembly may be compiled, for the noise filter; text is still never run as a script.
    """
    script = "'self' 'wasm-unsafe-eval'" + (f" '{import_map_hash}'" if import_map_hash else "")
    return (
        f"default-src 'none'; script-src {script}; manifest-src 'self'; worker-src 'self'; "
        "style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "object-src 'none'; require-trusted-types-for 'script'; trusted-types salon salon-worker"
    )


def apply(request: web.Request, response: web.StreamResponse, policy: str, *, tls: bool) -> None:
    """Add what is missing; a route may have chosen stricter or, when public, wider ones."""
    if response.prepared:
        return
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if not request.path.startswith("/static/"):
        response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
    if tls:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    response.headers[hdrs.SERVER] = "Salon"


def bare(response: web.StreamResponse) -> None:
    """Add what an answer needs that is no page: nothing in it may load or run anything."""
    response.headers.update(ALWAYS)
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
    response.headers[hdrs.SERVER] = "Salon"
