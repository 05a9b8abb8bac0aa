"""What a plain YAML scalar means.

YAML 1.1 with its traps taken out: `22:30` and `010` stay text, `.inf` and `1e999` too. Its boolean
words stay booleans, so that `no` where text is expected can be told apart and named.
"""

import math
import re

from salon.config.tree import Scalar

DIGITS_MAX = 100

_NOTHING = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "yes", "on"}
_FALSE = {"false", "no", "off"}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)|0x[0-9a-fA-F]+|0o[0-7]+")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")


def meaning(text: str) -> Scalar:
    """Return what an unquoted scalar stands for."""
    if text in _NOTHING:
        return None
    word = text.lower() if text in {text.lower(), text.upper(), text.capitalize()} else ""
    if word in _TRUE | _FALSE:
        return word in _TRUE
    return text if len(text) > DIGITS_MAX else _number(text)


def _number(text: str) -> Scalar:
    if _INTEGER.fullmatch(text):
        return int(text.replace("_", ""), 0)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text
