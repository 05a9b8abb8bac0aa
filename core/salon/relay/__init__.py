"""Sound: one UDP port behind a guard, ICE-lite, DTLS, SRTP, slots, fan-out without decoding."""
