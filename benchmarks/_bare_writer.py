"""The peer of `fanout`: an aiohttp server that writes one finished frame to every socket.

Nothing is stored, nobody is asked who may see it: the floor for one write per socket and message
in this language. Started with the payload's size; says its port.
"""

import asyncio
import sys

from aiohttp import WSMsgType, web

from salon.loop import new_event_loop
from salon.services.announcer import encode_frame
from salon.testing.server import free_port

MARKER = b'{"event":"message.posted"'


def application(frame: bytes) -> web.Application:
    transports: list[asyncio.Transport] = []

    async def socket(request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse(compress=False)
        await response.prepare(request)
        assert request.transport is not None
        transports.append(request.transport)
        async for message in response:
            if message.type is WSMsgType.TEXT:
                for transport in transports:
                    transport.write(frame)
        transports.remove(request.transport)
        return response

    made = web.Application()
    made.router.add_get("/socket", socket)
    return made


async def serve(payload_bytes: int) -> None:
    runner = web.AppRunner(application(encode_frame(MARKER.ljust(payload_bytes, b"."))))
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print(port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_event_loop) as runner:  # the same as ours
        runner.run(serve(int(sys.argv[1])))
