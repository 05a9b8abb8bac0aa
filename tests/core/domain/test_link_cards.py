"""What a page says of itself, and which links of a message are looked at."""

import time

from hypothesis import given
from hypothesis import strategies as st

from salon.domain.link_cards import LinkCard, card_of, links_in, picture_of
from salon.services.markdown import render

URL = "https://site.example/a"


def links(text: str) -> tuple[str, ...]:
    return links_in(text, render(text))


def test_the_first_three_links_are_looked_at_each_once_and_without_fragments() -> None:
    text = "a https://a.example/#x [b](https://b.example/?q=1&r=2) https://a.example/ "
    assert links(f"{text} https://c.example https://d.example") == (
        "https://a.example/",
        "https://b.example/?q=1&r=2",
        "https://c.example",
    )


def test_links_in_angle_brackets_in_code_and_beside_spoilers_are_left_alone() -> None:
    assert links("<https://a.example/>") == ()
    assert links("`https://a.example/`") == ()
    assert links("||https://a.example/||") == ()
    assert links("mailto:a@b.example and nothing else") == ()


def test_the_page_is_shown_by_what_it_says_of_itself() -> None:
    page = b"""<!doctype html><html><head><title>Plain</title>
      <meta content="The &amp; title" property="og:title">
      <META NAME=description CONTENT='What it\n is about'><meta property=og:image content="x">
      <meta property="og:site_name" content="A site"></head>"""
    assert card_of(URL, page, None) == LinkCard(URL, "The & title", "What it is about", "A site")


def test_a_title_is_enough_and_nothing_is_no_card() -> None:
    assert card_of(URL, b"<title>\n Only  this </title>", "utf-8") == LinkCard(URL, "Only this")
    assert card_of(URL, b"<p>no head</p>", "utf-8") is None
    assert card_of(URL, b"", None) is None


def test_a_picture_is_where_the_page_says_seen_from_where_the_page_is() -> None:
    def found(*metas: str) -> str:
        return picture_of("https://site.example/a/b", "".join(metas).encode(), None)

    def meta(name: str, content: str) -> str:
        return f'<meta property="{name}" content="{content}">'

    assert found("<title>None</title>") == ""
    assert found(meta("og:image", "../c.png?x=1&amp;y=2")) == "https://site.example/c.png?x=1&y=2"
    assert found(meta("twitter:image", "//cdn.example/d")) == "https://cdn.example/d"
    assert found(meta("og:image", " "), meta("twitter:image", "/e")) == "https://site.example/e"
    both = meta("og:image", "http://a.example/"), meta("og:image:secure_url", "https://a.example/")
    assert found(*both) == "https://a.example/"
    for hostile in ("javascript:alert(1)", "data:image/png;base64,x", "http://[", "x" * 2_100):
        assert found(meta("og:image", hostile)) == ""


def test_marks_that_turn_text_around_and_controls_are_left_out_and_length_is_held() -> None:
    page = "<title>\u202egpj\x00.exe\u2066 " + "x" * 300 + "</title>"
    card = card_of(URL, page.encode(), "utf-8")
    assert card is not None
    assert card.title.startswith("gpj.exe xxx")
    assert (len(card.title), card.title[-1]) == (200, "…")


def test_pages_in_older_encodings_are_read_and_unknown_ones_do_no_harm() -> None:
    page = "<title>Été</title>"
    assert card_of(URL, page.encode("latin-1"), "ISO-8859-1") == LinkCard(URL, "Été")
    for charset in ("unicode_escape", "idna", "nonsense", "gb99999"):
        assert card_of(URL, page.encode(), charset) == LinkCard(URL, "Été")


def test_pages_made_to_be_slow_are_not() -> None:
    began = time.process_time()
    for piece in ("<meta ", "<meta a=", "<title>", "<title ", "<meta a='", "a=" * 9, "<"):
        card_of(URL, (piece * 600_000).encode()[:524_288], None)
    assert time.process_time() - began < 1.5


@given(st.binary(max_size=600), st.one_of(st.none(), st.text(max_size=20)))
def test_any_page_is_read(content: bytes, charset: str | None) -> None:
    card_of(URL, b"<title>" + content + b"</title><meta " + content + b">", charset)
