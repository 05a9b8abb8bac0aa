"""Words and patterns against what people write, and against what they write to get around them."""

import pytest

from salon_moderation.filters import BadRule, Filter, Rule, check_word, compiled


def rule(match: str, action: str = "mask", reason: str = "") -> Rule:
    return Rule(match, "deny" if action == "deny" else "mask", reason)


def masked(text: str, *words: str, patterns: tuple[str, ...] = ()) -> str:
    verdict = Filter(map(rule, words), map(rule, patterns)).judge(text)
    assert verdict.refused is None
    return verdict.text


@pytest.mark.parametrize(
    "text",
    [
        "zutiste",
        "le zutisme",
        "azut",
        "z ut",
        "zu",
        "",
        "   ",
        "\N{PILE OF POO}",
        "z\x07ut",
    ],
)
def test_a_word_inside_of_another_is_left_alone(text: str) -> None:
    assert masked(text, "zut") == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("zut", "•••"),
        ("Oh ZUT!", "Oh •••!"),
        ("zut, zut (zut)", "•••, ••• (•••)"),
        ("oh zût alors", "oh ••• alors"),
        ("ZU\u0301T", "••••"),
        ("_zut_ __zut__", "_•••_ __•••__"),
        ("zut_alors", "•••_alors"),
    ],
)
def test_case_and_accents_do_not_matter(text: str, left: str) -> None:
    assert masked(text, "zut") == left


@pytest.mark.parametrize(
    "text",
    [
        "z\u200but",  # a space without width
        "z\u00adut",  # a soft hyphen
        "\u202ezut\u202c",  # turned around
        "zu\u2060\ufeff\u200dt",
        "z\ufe0fut",  # a variation selector
        "z\u3164ut",  # a filler that is a letter to Unicode
        "\uff5a\uff55\uff54",  # letters of full width
        "\U0001d467\U0001d462\U0001d461",  # mathematical italics
        "\u24e9\u24e4\u24e3",  # in circles
        "z\u03c5t",  # a Greek letter among Latin ones
        "z**u**t",
        "z`u`t",
        "&#122;ut",
        "&#x7a;ut",
        "z\\*\\*ut",
    ],
)
def test_a_hidden_word_is_found(text: str) -> None:
    left = masked(text, "zut")
    assert set(left) <= {"•", "\u202e", "\u202c"}
    assert len(left) == len(text)


def test_a_mask_keeps_what_stands_around_and_the_length() -> None:
    text = "\uff21 &amp; z\u200but & **bold**"
    assert masked(text, "zut") == "\uff21 &amp; •••• & **bold**"


def test_letters_of_another_script_are_left_alone_in_their_own_words() -> None:
    assert masked("\u0441\u043e\u0440", "cop") == "\u0441\u043e\u0440"


def test_a_phrase_is_found_across_whatever_separates_its_words() -> None:
    assert masked("Flute,  alors! flute encore", "flûte alors") == "•••••••••••••! flute encore"


def test_the_longer_of_two_overlapping_finds_is_masked_whole() -> None:
    assert masked("zut alors", "zut", "zut alors") == "•••••••••"


def test_a_pattern_sees_case_and_accents() -> None:
    assert masked("ABC abc", patterns=("[A-Z]+",)) == "••• abc"
    assert masked("ABC abc", patterns=("(?i)[a-b]+",)) == "••C ••c"


def test_a_pattern_sees_through_width_and_invisible_signs() -> None:
    assert masked("call 12\u200b\uff13\uff14", patterns=(r"\d{4}",)) == "call •••••"


def test_one_rule_that_denies_outweighs_those_that_mask() -> None:
    both = Filter([rule("zut"), rule("flûte", "deny", "Not that.")], [])
    assert both.judge("zut, flute").refused == "Not that."
    assert both.judge("zut").refused is None


def test_a_name_is_forbidden_by_any_rule() -> None:
    filter_ = Filter([rule("zut")], [rule("^admin", "deny")])
    assert filter_.forbids("Mr-Zut")
    assert filter_.forbids("administrator")
    assert not filter_.forbids("Zutiste")


def test_without_rules_every_text_stays_as_it_is() -> None:
    assert Filter([], []).judge("a *b* &amp; c\u200b").text == "a *b* &amp; c\u200b"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "missing )"),
        ("a{2000}", "repetition"),
        (r"(a)\1", "invalid escape"),
        ("(?=a)", "invalid perl operator"),
        ("x*", "empty text"),
        ("", "empty text"),
    ],
)
def test_a_pattern_that_cannot_work_is_refused_with_the_reason(pattern: str, said: str) -> None:
    with pytest.raises(BadRule, match=said.replace(")", r"\)")):
        compiled(pattern)


@pytest.mark.parametrize("word", ["!?", "\N{PILE OF POO}", "\u200b", " "])
def test_a_word_without_letters_is_refused(word: str) -> None:
    with pytest.raises(BadRule, match="letter or a digit"):
        check_word(word)


def test_a_text_made_to_be_slow_takes_linear_time() -> None:
    nasty = Filter([rule("a" * 200)], [rule("(a+)+$x"), rule("(a|aa)+b")])
    text = "a" * 4_000
    assert nasty.judge(text).text == text
