"""The whole relay, heard by people whose WebRTC is not ours."""

from tests.core.relay.conftest import Door


async def test_two_people_hear_each_other(door: Door) -> None:
    anna = await door.join("anna", 440)
    ben = await door.join("ben", 1_000)
    assert await anna.hears(1_000)
    assert await ben.hears(440)
