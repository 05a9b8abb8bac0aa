"""Answers that carry a built file: zipped where the browser takes it, cached for ever."""

from aiohttp import hdrs, web

from salon.web.assets import Asset

FOR_EVER = "public, max-age=31536000, immutable"


def answer(request: web.Request, asset: Asset, *, cache: str = FOR_EVER) -> web.Response:
    headers = {hdrs.CACHE_CONTROL: cache, hdrs.VARY: hdrs.ACCEPT_ENCODING}
    body = asset.content
    if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "") and asset.zipped is not None:
        headers[hdrs.CONTENT_ENCODING] = "gzip"
        body = asset.zipped
    headers[hdrs.CONTENT_TYPE] = asset.content_type
    if asset.content_type.startswith("text/"):
        headers[hdrs.CONTENT_TYPE] += "; charset=utf-8"
    return web.Response(body=body, headers=headers)
