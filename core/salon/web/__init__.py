"""HTTP and the socket: what came is read, a service is called, the answer is written. No rules."""
