"""What pushes say, in every language; their title is that of the event."""

from collections.abc import Mapping

TEXTS: Mapping[str, Mapping[str, str]] = {
    "soon": {"en": "Begins soon.", "fr": "Commence bientôt."},
    "begun": {"en": "Has begun.", "fr": "A commencé."},
    "moved": {"en": "Is at another time now.", "fr": "Change d’horaire."},
    "cancelled": {"en": "Does not take place.", "fr": "N’aura pas lieu."},
    "announced": {"en": "Is planned.", "fr": "Est au programme."},
    "asked": {"en": "You are asked to host this.", "fr": "On te propose d’animer."},
}
