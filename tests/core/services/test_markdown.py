"""Rendering: off the loop where it may take long, the same in every thread."""

import asyncio
import threading

import pytest

from salon.services import markdown


async def test_a_long_text_does_not_hold_up_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []
    render = markdown.render

    def watched(text: str) -> str:
        threads.append(threading.current_thread())
        return render(text)

    monkeypatch.setattr(markdown, "render", watched)
    await markdown.rendered("hello")
    await markdown.rendered("[" * 4_000)
    assert threads[0] is threading.main_thread()
    assert threads[1] is not threading.main_thread()


async def test_texts_rendered_at_the_same_time_do_not_mix() -> None:
    texts = [f"see www.{n}.example and *{n}* " * 40 for n in range(20)]
    rendered = await asyncio.gather(*(markdown.rendered(text) for text in texts))
    assert rendered == [markdown.render(text) for text in texts]
