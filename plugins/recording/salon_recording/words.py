"""The words of the public pages, in English and French."""

from collections.abc import Mapping
from datetime import datetime

LANGUAGES = ("en", "fr")
MEGABYTE = 1_000_000
MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August",
        "September", "October", "November", "December",
    ),
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
        "septembre", "octobre", "novembre", "décembre",
    ),
}  # fmt: skip

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "episodes": "Episodes",
        "join": "Join the community",
        "recorded": "Recorded in {room}, {date}",
        "player": "Player",
        "play": "Play",
        "pause": "Pause",
        "position": "Position",
        "back": "15 seconds back",
        "forward": "30 seconds forward",
        "speed": "Speed",
        "no_sound": "The sound does not come. Try again, or download it.",
        "notes": "Show notes",
        "no_notes": "There are no notes for this episode.",
        "chapters": "Chapters",
        "no_chapters": "This episode has no chapters.",
        "subscribe": "Subscribe",
        "podcast": "Open in my podcast app",
        "rss": "RSS",
        "download": "MP3, {size}",
        "kept": "Only those who agreed are heard. What others said was not recorded.",
        "voices": "Who speaks:",
        "none": "No episode has been published yet.",
        "none_text": "When one is, it will be here and in the feed.",
        "gone": "This episode was taken back by the people in it.",
        "remaking": "This episode is being made anew. Come back in a while.",
        "unknown": "There is no such episode.",
        "all": "All episodes",
        "skip": "To the content",
    },
    "fr": {
        "episodes": "Épisodes",
        "join": "Rejoindre la communauté",
        "recorded": "Enregistré dans {room}, le {date}",
        "player": "Lecteur",
        "play": "Écouter",
        "pause": "Pause",
        "position": "Position",
        "back": "15 secondes en arrière",
        "forward": "30 secondes en avant",
        "speed": "Vitesse",
        "no_sound": "Le son n’arrive pas. Réessaie, ou télécharge-le.",
        "notes": "Notes",
        "no_notes": "Cet épisode n’a pas de notes.",
        "chapters": "Chapitres",
        "no_chapters": "Cet épisode n’a pas de chapitres.",
        "subscribe": "S’abonner",
        "podcast": "Ouvrir dans mon appli de podcasts",
        "rss": "RSS",
        "download": "MP3, {size}",
        "kept": "On n’entend que les personnes qui ont dit oui. Le reste n’a pas été enregistré.",
        "voices": "On y entend\u00a0:",
        "none": "Aucun épisode n’est encore publié.",
        "none_text": "Le prochain sera ici et dans le flux.",
        "gone": "Cet épisode a été retiré par les personnes qu’on y entend.",
        "remaking": "Cet épisode est en train d’être refait. Reviens dans un moment.",
        "unknown": "Cet épisode n’existe pas.",
        "all": "Tous les épisodes",
        "skip": "Aller au contenu",
    },
}


class Phrases:
    """Says things in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = WORDS[language]

    def __call__(self, key: str, **values: str) -> str:
        return self._words[key].format(**values)

    def date(self, moment: datetime) -> str:
        """Return "18 November 2026"."""
        day = "1er" if self.language == "fr" and moment.day == 1 else moment.day
        return f"{day} {MONTHS[self.language][moment.month - 1]} {moment.year}"

    def size(self, size_bytes: int) -> str:
        """Return "43 MB" or "43 Mo"; "120 kB" below one."""
        byte = "o" if self.language == "fr" else "B"
        if size_bytes < MEGABYTE:
            return f"{max(1, round(size_bytes / 1_000))} k{byte}"
        return f"{round(size_bytes / MEGABYTE)} M{byte}"


def preferred(accept_language: str, otherwise: str) -> Phrases:
    """Return the words in the reader's language, by the header of the request."""
    wishes: list[tuple[float, int, str]] = []
    for part in accept_language[:200].split(",")[:20]:
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.partition("=")[2] or 1)
        except ValueError:
            quality = 0.0
        wishes.append((-quality, len(wishes), tag.strip()[:2].lower()))
    known = [language for _, _, language in sorted(wishes) if language in LANGUAGES]
    return Phrases(next(iter(known), otherwise if otherwise in LANGUAGES else "en"))


def clock(ms: int) -> str:
    """Return "6:12" or "1:06:12"."""
    seconds = ms // 1_000
    hours, minutes = divmod(seconds // 60, 60)
    if hours:
        return f"{hours}:{minutes:02}:{seconds % 60:02}"
    return f"{minutes}:{seconds % 60:02}"
