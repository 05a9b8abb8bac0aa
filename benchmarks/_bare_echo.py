"""The peer of `delay`: every datagram goes back to where it came from. Says its port."""

import socket

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as echo:
    echo.bind(("127.0.0.1", 0))
    print(echo.getsockname()[1], flush=True)
    while True:
        datagram, address = echo.recvfrom(2_000)
        echo.sendto(datagram, address)
