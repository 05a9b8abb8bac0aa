"""What is said in a room, as text that passes by."""

from dataclasses import dataclass

CAPTION_MAX = 400  # characters; two lines of a strip show less than half of it
LANGUAGE_MAX = 35  # as long as RFC 5646, 4.4.1 asks for
SUBTAG_MAX = 8


@dataclass(frozen=True, slots=True)
class Caption:
    """A line of one speaker. One that is not final gives way to the next of the same speaker.

    `language` is the text's, and `translated_from` what was spoken where that is another: tags as
    in RFC 5646, "fr" or "pt-BR".
    """

    account_id: int
    text: str
    language: str
    is_final: bool = True
    translated_from: str | None = None


def is_language(tag: str) -> bool:
    """Whether this has the form of a language tag (RFC 5646, 2.1): letters first, then subtags."""
    first, *rest = tag.split("-")
    return (
        len(tag) <= LANGUAGE_MAX
        and tag.isascii()
        and first.isalpha()
        and 2 <= len(first) <= SUBTAG_MAX  # noqa: PLR2004 the shortest names of languages
        and all(each.isalnum() and len(each) <= SUBTAG_MAX for each in rest)
    )
