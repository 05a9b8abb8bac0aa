"""What letters say, in English and French: plain text, and the same as simple HTML.

No pictures, nothing that is fetched, nothing that tells the server that a letter was read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from html import escape
from typing import Any

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "confirm.subject": "Is this your address?",
        "confirm.text": "{name} wants to be reached at this address by {community}. Open this "
        "within an hour to say yes. If it was not you, do nothing.",
        "changed.subject": "Your address was changed",
        "changed.text": "{community} does not write to {name} at this address any more. If it was "
        "not you, sign in, change your password, and tell a host.",
        "signin.subject": "Your link to sign in",
        "signin.text": "With this link {name} comes in to {community}: once, within 15 minutes. "
        "If you did not ask for it, do nothing.",
        "reset.subject": "A new password",
        "reset.text": "With this link {name} sets a new password for {community}: once, within 15 "
        "minutes. If you did not ask for it, do nothing.",
        "digest.subject": "You were mentioned",
        "digest.text": "Of what asks for you in {community}, {name}, you have not read:",
        "digest.line": "{author} in {channel}",
        "digest.end": "You get this once a week, because you wanted it. To end it: {unsubscribe}",
    },
    "fr": {
        "confirm.subject": "Est-ce ton adresse\u202f?",
        "confirm.text": "{name} veut recevoir ici les lettres de {community}. Ouvre ceci dans "
        "l’heure pour dire oui. Si ce n’était pas toi, ne fais rien.",
        "changed.subject": "Ton adresse a changé",
        "changed.text": "{community} n’écrit plus à {name} à cette adresse. Si ce n’était pas "
        "toi, connecte-toi, change ton mot de passe, et préviens un hôte.",
        "signin.subject": "Ton lien de connexion",
        "signin.text": "Avec ce lien {name} entre sur {community}\u00a0: une fois, dans les 15 "
        "minutes. Si tu ne l’as pas demandé, ne fais rien.",
        "reset.subject": "Un nouveau mot de passe",
        "reset.text": "Avec ce lien {name} choisit un nouveau mot de passe pour "
        "{community}\u00a0: une fois, dans les 15 minutes. Si tu ne l’as pas demandé, ne fais "
        "rien.",
        "digest.subject": "On t’a mentionné",
        "digest.text": "De ce qui te demande sur {community}, {name}, tu n’as pas lu\u00a0:",
        "digest.line": "{author} dans {channel}",
        "digest.end": "Tu reçois ceci une fois par semaine, parce que tu l’as voulu. Pour "
        "l’arrêter\u00a0: {unsubscribe}",
    },
}


@dataclass(frozen=True, slots=True)
class Letter:
    """`lines` are a list after the text; `link` is the one thing to open."""

    to: str
    language: str
    kind: str
    facts: Mapping[str, str]
    link: str
    lines: Sequence[str] = ()
    unsubscribe: str | None = None


def say(language: str, key: str, facts: Mapping[str, Any]) -> str:
    return WORDS[language][key].format(**facts)


def message(letter: Letter, sender: str, community: str) -> EmailMessage:
    """Return what is sent (RFC 5322), with what RFC 8058 wants for one-click unsubscribing."""
    facts = {**letter.facts, "unsubscribe": letter.unsubscribe or ""}
    text = say(letter.language, f"{letter.kind}.text", facts)
    end = "" if letter.unsubscribe is None else say(letter.language, "digest.end", facts)
    mail = EmailMessage()
    user, _at, domain = sender.rpartition("@")
    mail["From"] = Address(community, user, domain)
    mail["To"] = Address(addr_spec=letter.to)
    mail["Subject"] = f"{community}: {say(letter.language, f'{letter.kind}.subject', facts)}"
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain=domain)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine should answer
    if letter.unsubscribe is not None:
        mail["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    parts = [text, "\n".join(f"- {line}" for line in letter.lines), letter.link, end]
    mail.set_content("\n\n".join(part for part in parts if part) + "\n")
    mail.add_alternative(_html(letter, text, end), subtype="html")
    return mail


def _html(letter: Letter, text: str, end: str) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in letter.lines)
    link = (
        f'<p><a href="{escape(letter.link)}">{escape(letter.link)}</a></p>' if letter.link else ""
    )
    body = f"<p>{escape(text)}</p>" + (f"<ul>{lines}</ul>" if lines else "") + link
    last = f"<p><small>{escape(end)}</small></p>" if end else ""
    return f'<!doctype html><html lang="{letter.language}"><body>{body}{last}</body></html>'
