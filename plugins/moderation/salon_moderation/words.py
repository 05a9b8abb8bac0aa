"""What the plugin says from the server, in the language of the community."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "unwelcome": "Some words are not welcome here. Change them and send it again.",
        "name": "This name has a word that is not welcome here. Please choose another one.",
        "kept_out": "You are kept out of this room until {until}.",
        "kept_out_why": "You are kept out of this room until {until}: {reason}",
        "notice": "What is not welcome here",
    },
    "fr": {
        "unwelcome": "Certains mots ne sont pas bienvenus ici. Change-les et renvoie le message.",
        "name": "Ce nom contient un mot qui n’est pas bienvenu ici. Choisis-en un autre.",
        "kept_out": "Ce salon t’est fermé jusqu’au {until}.",
        "kept_out_why": "Ce salon t’est fermé jusqu’au {until}\u00a0: {reason}",
        "notice": "Ce qui n’est pas bienvenu ici",
    },
}


def say(language: str, key: str, **values: str) -> str:
    """Return a sentence in a language, in English where it is not spoken."""
    return WORDS.get(language, WORDS["en"])[key].format(**values)
