"""Object storage keeps what it was given, and says in one word what is in the way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from salon.config import Objects as Settings
from salon.errors import NotFound
from salon.files import objects
from salon.files.objects import PART_BYTES, S3, ObjectsFailed, why_of
from salon.services.objects_hop import objects_hops
from salon.testing.object_storage import Gate, ObjectStorage
from salon.testing.server import free_port

BIG = 2 * PART_BYTES + 17


def kept(storage: ObjectStorage, **others: Any) -> S3:
    found = S3.of(Settings(**storage.settings(**others)))
    assert found is not None
    return found


def file(folder: Path, content: bytes) -> Path:
    path = folder / "content"
    path.write_bytes(content)
    return path


async def test_what_is_put_is_there_to_any_byte_and_gone_when_it_is_deleted(
    object_storage: ObjectStorage, tmp_path: Path
) -> None:
    here = kept(object_storage, prefix="salon/media").below("recording")
    content = bytes(range(256)) * (BIG // 256) + b"end"
    await here.put("12-1.mp3", file(tmp_path, content), "audio/mpeg")
    assert await here.size("12-1.mp3") == len(content)
    for start, stop in ((0, 1), (PART_BYTES - 2, PART_BYTES + 2), (len(content) - 3, len(content))):
        assert await here.read("12-1.mp3", start, stop) == content[start:stop]
    elsewhere = kept(object_storage)
    assert await elsewhere.size("salon/media/recording/12-1.mp3") == len(content)
    for _twice in range(2):
        await here.delete("12-1.mp3")
    with pytest.raises(NotFound):
        await here.read("12-1.mp3", 0, 1)
    with pytest.raises(NotFound):
        await here.size("12-1.mp3")


@pytest.mark.parametrize(
    ("others", "why"),
    [
        ({"secret_key": "another"}, "key"),
        ({"access_key": "stranger"}, "key"),
        ({"bucket": "not-there"}, "bucket"),
        ({"endpoint": f"http://127.0.0.1:{free_port()}"}, "unreachable"),
        ({"endpoint": "http://storage.invalid"}, "unreachable"),
    ],
)
async def test_the_doctor_says_what_is_in_the_way(
    object_storage: ObjectStorage, tmp_path: Path, others: dict[str, str], why: str
) -> None:
    tried = kept(object_storage, **others)
    (hop,) = await objects_hops(tried)
    assert (hop.state, hop.reason) == ("bad", f"objects.{why}")
    with pytest.raises(ObjectsFailed) as failed:
        await tried.try_out()
    assert not any(str(said) in str(failed.value) for said in others.values())


async def test_the_doctor_tries_all_that_is_done_there_and_leaves_nothing(
    object_storage: ObjectStorage,
) -> None:
    here = kept(object_storage)
    (hop,) = await objects_hops(here)
    assert (hop.state, hop.reason) == ("ok", "objects.works")
    with pytest.raises(NotFound):
        await here.size(".salon-doctor")
    assert await objects_hops(None) == ()


async def test_a_line_that_breaks_in_the_middle_is_told_and_all_works_when_it_is_back(
    object_storage: ObjectStorage, tmp_path: Path
) -> None:
    gate = Gate(object_storage)
    here = kept(object_storage, endpoint=gate.endpoint)
    source = file(tmp_path, bytes(BIG))
    with pytest.raises(ObjectsFailed) as failed:
        await here.put("a.mp3", source, "audio/mpeg")
    assert failed.value.why == "unreachable"
    await gate.open()
    await here.put("a.mp3", source, "audio/mpeg")
    await gate.shut()
    with pytest.raises(ObjectsFailed):
        await here.read("a.mp3", 0, 5)
    with pytest.raises(ObjectsFailed):  # not as if it had been deleted
        await here.delete("a.mp3")
    await gate.open()
    assert await here.size("a.mp3") == BIG
    await here.delete("a.mp3")
    await gate.shut()


@pytest.fixture
async def odd() -> AsyncIterator[tuple[str, list[web.StreamResponse]]]:
    """Something that answers as it is told to, and nothing when it is told nothing."""
    answers: list[web.StreamResponse] = []
    over = asyncio.Event()

    async def answered(_request: web.BaseRequest) -> web.StreamResponse:
        if not answers:
            await over.wait()
        return answers[0] if answers else web.Response()

    runner = web.ServerRunner(web.Server(answered))
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}", answers
    over.set()
    await runner.cleanup()


async def test_who_never_answers_is_given_up_and_who_is_no_storage_is_told(
    odd: tuple[str, list[web.StreamResponse]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    monkeypatch.setattr(objects, "READ", timedelta(milliseconds=300))
    monkeypatch.setattr(objects, "TRIES_AGAIN", 0)
    url, answers = odd
    settings = Settings(
        bucket="media", endpoint=url, access_key=SecretStr("a"), secret_key=SecretStr("b")
    )
    here = S3(settings)
    with pytest.raises(ObjectsFailed) as failed:
        await here.read("a.mp3", 0, 5)
    assert failed.value.why == "unreachable"
    answers.append(web.Response(text="Welcome to nginx!", content_type="text/html"))
    (hop,) = await objects_hops(here)
    assert hop.reason == "objects.failed"
    answers[0] = web.Response(status=404, text="Nothing here. Welcome to nginx!")
    with pytest.raises(ObjectsFailed):  # which has deleted nothing
        await here.delete("a.mp3")


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("RequestTimeTooSkewed", "clock"),
        ("AuthorizationHeaderMalformed", "region"),
        ("QuotaExceeded", "full"),
        ("AccessDenied", "denied"),
        ("InternalError", "failed"),
    ],
)
def test_what_a_storage_says_is_told_in_one_word(code: str, why: str) -> None:
    assert why_of(f"Error performing PUT: <Error><Code>{code}</Code></Error>") == why
