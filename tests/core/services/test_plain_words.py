"""What a message says, without how: words and lines, nothing hidden, nothing that is HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salon.services.markdown import render, render_in_full
from salon.services.plain_words import plain_words


def said(text: str) -> str:
    return plain_words(render(text), lambda kind, id_: f"@{kind}{id_}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plain words, as they are", "plain words, as they are"),
        ("hello **there** *you* ~~not~~ `x < y`", "hello there you not x < y"),
        ("first\nsecond\n\nthird", "first\nsecond\nthird"),
        ("> quoted\n\nand answered", "quoted\nand answered"),
        ("- a\n- b\n  - c\n\n1. d", "a\nb\nc\nd"),
        ("```py\nif a < b:\n    go(&x)\n```", "if a < b:\ngo(&x)"),
        ("[the page](https://a.example/b?c=1&d) is up", "the page is up"),
        ("https://a.example/b?c=1&d", "https://a.example/b?c=1&d"),
        ("the end: ||everybody **lives** <@7>|| or", "the end: ▒▒▒ or"),
        ("||a|| and ||b||", "▒▒▒ and ▒▒▒"),
        ("<@7> <@!8> <@&9> <#5> @everyone", "@account7 @account8 @role9 @channel5 @everyone"),
        ("<:wave:12> &amp;lt; <b>no</b>", ":wave: &lt; <b>no</b>"),
        ("a\n\n---\n\nb", "a\nb"),
        ("", ""),
    ],
)
def test_words_are_said_without_marks(text: str, words: str) -> None:
    assert said(text) == words


def test_names_are_said_as_they_are() -> None:
    assert plain_words(render("<@7>!"), lambda *_: "@A &amp; <b>") == "@A &amp; <b>!"


@given(st.text(alphabet=st.sampled_from("ab |<>&;\"'*_`~[]()#!@:/\n1-."), max_size=80))
def test_of_any_text_the_words_come_out_and_no_element(text: str) -> None:
    words = plain_words(render_in_full(text), lambda *_: "")
    assert not any(element in words for element in ("<p>", "</p>", "<span", "<strong>", "<a href"))
