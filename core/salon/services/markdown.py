"""Messages from Markdown to HTML, once, when they are written.

CommonMark without raw HTML, headings and pictures; bare links become links; `||words||` are hidden
until somebody wants to see them; then an allow-list.
What names somebody becomes `<span class="mention" data-account="7">`, without the name: whoever
shows it knows how they are called by then. An emoji of the community's is
`<span class="emoji" data-emoji="7">:name:</span>`, whose picture whoever shows it puts in.
"""

import asyncio
import re
import threading

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline, linkify
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token

from salon.domain.emoji import WRITTEN
from salon.domain.mentions import Named
from salon.ids import MAX_ID

TAGS = frozenset(
    {
        "a",
        "blockquote",
        "br",
        "code",
        "em",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "span",
        "strong",
        "ul",
    }
)
NAMING = ("data-account", "data-role", "data-channel", "data-all", "data-emoji")
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}, "code": {"class"}, "span": {"class", *NAMING}}
SCHEMES = frozenset({"http", "https", "mailto"})
REL = "noopener noreferrer nofollow ugc"
NESTING_MAX = 20
CLASS_MAX = 40
SPOILER = "spoiler"
EMOJI = "emoji"
SHORT_CHARACTERS = 400  # the worst text of this length takes a few milliseconds


_BY_SIGN = {"@": "data-account", "@!": "data-account", "@&": "data-role", "#": "data-channel"}
_MENTION = re.compile(r"<(@[!&]?|#)([1-9]\d{0,19})>|@(everyone|here)(?!\w)")
_ALL = re.compile(r'<span class="mention" data-all="(\w+)">@\w+</span>')
_MENTIONS = '<span class="mention"'
_NAMED = re.compile(r'<span class="mention" data-(account|role|all)="(\w+)">')


def _mention(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 as the parser calls it
    """Read what names somebody, if it stands here."""
    found = _MENTION.match(state.src, state.pos)
    before = state.src[state.pos - 1 : state.pos]
    if found is None or (found[3] and (before.isalnum() or before in {"_", "/", "@"})):
        return False
    if found[2] and int(found[2]) > MAX_ID:
        return False
    if not silent:
        token = state.push("mention", "span", 0)
        token.content = f"@{found[3]}" if found[3] else found[1][0]
        kind, what = ("data-all", found[3]) if found[3] else (_BY_SIGN[found[1]], found[2])
        token.attrs = {"class": "mention", kind: what}
    state.pos = found.end()
    return True


def _emoji(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 as the parser calls it
    """Read an emoji of the community's, if it stands here."""
    found = WRITTEN.match(state.src, state.pos)
    if found is None or int(found[2]) > MAX_ID:
        return False
    if not silent:
        token = state.push("mention", "span", 0)
        token.content = f":{found[1]}:"
        token.attrs = {"class": EMOJI, "data-emoji": found[2]}
    state.pos = found.end()
    return True


def _pill(
    renderer: RendererHTML, tokens: list[Token], at: int, _options: object, _env: object
) -> str:
    return f"<span{renderer.renderAttrs(tokens[at])}>{tokens[at].content}</span>"


def names_any(html: str) -> bool:
    """Whether a rendered text names anybody at all; most name nobody."""
    return _MENTIONS in html


def named(html: str) -> Named:
    """Return what a rendered text names, each once. Its spans are ours alone: none can be typed."""
    found: dict[str, dict[str, None]] = {"account": {}, "role": {}, "all": {}}
    for kind, what in _NAMED.findall(html):
        found[kind][what] = None
    return Named(
        tuple(map(int, found["account"])), tuple(map(int, found["role"])), frozenset(found["all"])
    )


def without_all(html: str) -> str:
    """Leave of everyone and here the words alone; for whoever may not name them."""
    return _ALL.sub(r"@\1", html)


def _mark_spoilers(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 the library's way
    """Take two bars for a mark that may begin or end hidden words."""
    if silent or not state.src.startswith("||", state.pos):
        return False
    token = state.push("text", "", 0)
    token.content = "||"
    state.delimiters.append(
        Delimiter(
            marker=ord("|"),
            length=0,  # no rule of three
            token=len(state.tokens) - 1,
            end=-1,
            open=True,
            close=True,
        )
    )
    state.pos += 2
    return True


def _link_before_mark(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    """Let a bare link end where hidden words do."""
    if state.src[state.pos] != ":":
        return False
    whole, until, end = state.src, state.posMax, state.src.find("||", state.pos)
    if end != -1:
        state.src, state.posMax = whole[:end], end
    try:
        return linkify(state, silent)
    finally:
        state.src, state.posMax = whole, until


def _pair_spoilers(state: StateInline) -> None:
    """Make elements of the marks that belong together."""
    inner = [meta["delimiters"] for meta in state.tokens_meta if meta and "delimiters" in meta]
    for delimiters in (state.delimiters, *inner):
        for mark in delimiters:
            if mark.marker != ord("|") or mark.end == -1:
                continue
            first, last = state.tokens[mark.token], state.tokens[delimiters[mark.end].token]
            first.type, last.type = "spoiler_open", "spoiler_close"
            first.tag = last.tag = "span"
            first.nesting, last.nesting = 1, -1
            first.content = last.content = ""
            first.attrs["class"] = SPOILER


class _Parsers(threading.local):
    """One parser per thread: the finder of links keeps what it looks at in itself."""

    def __init__(self) -> None:
        options = {"html": False, "linkify": True, "breaks": True, "maxNesting": NESTING_MAX}
        parser = MarkdownIt("commonmark", options)
        parser.enable(["linkify", "strikethrough"])
        parser.inline.ruler.before("autolink", "mention", _mention)
        parser.inline.ruler.before("autolink", EMOJI, _emoji)
        parser.add_render_rule("mention", _pill)
        parser.inline.add_terminator_char("|")
        parser.inline.ruler.at("linkify", _link_before_mark)
        parser.inline.ruler.before("emphasis", SPOILER, _mark_spoilers)
        parser.inline.ruler2.before("emphasis", SPOILER, _pair_spoilers)
        self.parser = parser.disable(
            ["html_block", "html_inline", "heading", "lheading", "image", "reference"]
        )


_parsers = _Parsers()


# One line of words and plain punctuation, which Markdown leaves as it is: most of what people
# write. A dot inside a word could be a link, a digit in front a list.
_PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[,;?!()\u2019…—-]| (?! |$)|\.(?= |$))*")


async def rendered(text: str) -> str:
    """Return HTML that is safe to insert, without holding up the loop for a long text."""
    if len(text) <= SHORT_CHARACTERS:
        return render(text)
    return await asyncio.to_thread(render, text)


def render(text: str) -> str:
    """Return HTML that is safe to insert. Four thousand brackets take it 100 ms."""
    if _PLAIN.fullmatch(text):
        return f"<p>{text}</p>"
    return render_in_full(text)


def render_in_full(text: str) -> str:
    """Parse and sanitise; `render` does so for everything that is not plain."""
    html = _parsers.parser.render(text)
    return nh3.clean(
        html,
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        url_schemes=set(SCHEMES),
        link_rel=REL,
        attribute_filter=_only_known_values,
    ).strip()


def _only_known_values(tag: str, attribute: str, value: str) -> str | None:
    if tag == "code" and attribute == "class":
        return value if value.startswith("language-") and len(value) <= CLASS_MAX else None
    if tag == "span" and attribute == "class":
        return value if value in {"mention", SPOILER, EMOJI} else None
    return value
