"""What is told of an episode that did not go out by itself, in English and French."""

from collections.abc import Mapping

from salon_recording.episodes import Held

TITLES: Mapping[str, str] = {"en": "Not published", "fr": "Non publié"}
WHY: Mapping[Held, Mapping[str, str]] = {
    Held.EMPTY: {
        "en": "Nobody put anything into “{title}”.",
        "fr": "Personne n’a rien mis dans «\u00a0{title}\u00a0».",
    },
    Held.UNAPPROVED: {
        "en": "The template of “{title}” is not approved as it is now.",
        "fr": "Le modèle de «\u00a0{title}\u00a0» n’est pas approuvé tel qu’il est.",
    },
    Held.WAITING: {
        "en": "Not everybody in “{title}” has said yes.",
        "fr": "Tout le monde dans «\u00a0{title}\u00a0» n’a pas dit oui.",
    },
    Held.FAILED: {
        "en": "“{title}” could not be made.",
        "fr": "«\u00a0{title}\u00a0» n’a pas pu être fait.",
    },
}
