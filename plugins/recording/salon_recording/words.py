"""The words of the public pages, in English and French."""

import json
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
        "latest": "Latest episodes",
        "join": "Join the community",
        "recorded": "Recorded in {room}, {date}",
        "published_on": "{date}",
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
        "download": "{format}, {size}",
        "kept": "Only those who agreed are heard. What others said was not recorded.",
        "voices": "Who speaks:",
        "none": "No episode has been published yet.",
        "none_text": "When one is, it will be here and in the feed.",
        "gone": "This episode was taken back by the people in it.",
        "remaking": "This episode is being made anew. Come back in a while.",
        "unknown": "There is no such episode.",
        "unknown_show": "There is no such programme.",
        "all": "All episodes",
        "skip": "To the content",
        "copy_feed": "Copy feed address",
        "copied": "Copied",
        "clips": "Clips",
        "clip_make": "Make a clip",
        "embed": "Embed",
        "embed_code": "Code that shows this episode in another page",
        "copy_code": "Copy the code",
        "before": "The one before",
        "after": "The one after",
        "others": "Other episodes",
        "yours": "Is your voice in it? Take it out",
        "sleep": "Sleep timer",
        "sleep_off": "No timer",
        "sleep_min": "In {n} minutes",
        "sleep_chapter": "After this chapter",
        "share": "Copy a link to this moment",
        "shared": "The link to {at} is copied.",
        "link": "The link to {at}",
        "more": "More",
        "again": "Try again",
        "stopped_at": "You stopped at {at} last time.",
        "from_start": "From the beginning",
        "keys": "Keys",
        "key_toggle": "Space or K: play, pause",
        "key_arrows": "Left, right: 5 seconds back, forward",
        "key_jump": "J, L: 15 seconds back, 30 forward; N: next voice",
        "silence": "Skip silence",
        "next_voice": "Next voice",
        "keys_on": "Letters work as keys",
        "other_language": "Français",
        "of_community": "A programme of {name}",
        "new": "New",
        "minutes": "{n} min",
        "play_one": "Play {title}",
        "pause_one": "Pause {title}",
        "heard_here": "Heard here",
        "one_episode": "1 episode",
        "some_episodes": "{n} episodes",
        "agreed": "Every voice here agreed to its episode. Anyone can take theirs out again.",
        "older": "Older episodes",
        "newer": "Newer episodes",
        "transcript": "Transcript",
        "as_text": "As a text file",
        "to_now": "Back to now",
        "open_page": "Open the page of this episode",
    },
    "fr": {
        "episodes": "Épisodes",
        "latest": "Derniers épisodes",
        "join": "Rejoindre la communauté",
        "recorded": "Enregistré dans {room}, le {date}",
        "published_on": "Le {date}",
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
        "download": "{format}, {size}",
        "kept": "On n’entend que les personnes qui ont dit oui. Le reste n’a pas été enregistré.",
        "voices": "On y entend\u00a0:",
        "none": "Aucun épisode n’est encore publié.",
        "none_text": "Le prochain sera ici et dans le flux.",
        "gone": "Cet épisode a été retiré par les personnes qu’on y entend.",
        "remaking": "Cet épisode est en train d’être refait. Reviens dans un moment.",
        "unknown": "Cet épisode n’existe pas.",
        "unknown_show": "Cette émission n’existe pas.",
        "all": "Tous les épisodes",
        "skip": "Aller au contenu",
        "copy_feed": "Copier le flux",
        "copied": "Copié",
        "clips": "Extraits",
        "clip_make": "Faire un extrait",
        "embed": "Intégrer",
        "embed_code": "Code qui montre cet épisode dans une autre page",
        "copy_code": "Copier le code",
        "before": "Le précédent",
        "after": "Le suivant",
        "others": "Autres épisodes",
        "yours": "Ta voix y est\u202f? Retire-la",
        "sleep": "Minuterie",
        "sleep_off": "Pas de minuterie",
        "sleep_min": "Dans {n} minutes",
        "sleep_chapter": "À la fin du chapitre",
        "share": "Copier un lien vers ce moment",
        "shared": "Le lien vers {at} est copié.",
        "link": "Le lien vers {at}",
        "more": "Plus",
        "again": "Réessayer",
        "stopped_at": "Ton dernier arrêt\u00a0: {at}.",
        "from_start": "Depuis le début",
        "keys": "Touches",
        "key_toggle": "Espace ou K\u00a0: écouter, pause",
        "key_arrows": "Gauche, droite\u00a0: 5 secondes en arrière, en avant",
        "key_jump": "J, L\u00a0: 15 secondes en arrière, 30 en avant\u202f; N\u00a0: voix suivante",
        "silence": "Passer les silences",
        "next_voice": "Voix suivante",
        "keys_on": "Les lettres servent de touches",
        "other_language": "English",
        "of_community": "Une émission de {name}",
        "new": "Nouveau",
        "minutes": "{n} min",
        "play_one": "Écouter {title}",
        "pause_one": "Mettre en pause {title}",
        "heard_here": "On entend ici",
        "one_episode": "1 épisode",
        "some_episodes": "{n} épisodes",
        "agreed": "Chaque voix a dit oui à son épisode, et peut toujours en être retirée.",
        "older": "Épisodes plus anciens",
        "newer": "Épisodes plus récents",
        "transcript": "Transcription",
        "as_text": "En fichier texte",
        "to_now": "Revenir à maintenant",
        "open_page": "Ouvrir la page de cet épisode",
    },
}


SAID_BY_SCRIPT = (
    "player", "play", "pause", "position", "back", "forward", "speed", "no_sound", "copied",
    "sleep", "sleep_off", "sleep_min", "sleep_chapter", "share", "shared", "link", "more", "again",
    "stopped_at", "from_start", "keys", "key_toggle", "key_arrows", "key_jump", "keys_on",
    "play_one", "pause_one", "to_now", "silence", "next_voice",
)  # fmt: skip


class Phrases:
    """Says things in one language; `is_chosen`: the address names it, and links go on naming it."""

    def __init__(self, language: str, *, is_chosen: bool = False) -> None:
        self.language = language
        self._is_chosen = is_chosen
        self._words = WORDS[language]

    def __call__(self, key: str, **values: str) -> str:
        return self._words[key].format(**values)

    def to(self, path: str) -> str:
        """Return the way to another public page of ours in the same language."""
        return f"{path}?lang={self.language}" if self._is_chosen else path

    @property
    def other(self) -> str:
        """The other language."""
        return next(language for language in LANGUAGES if language != self.language)

    def script(self) -> str:
        """Return what the script says, as JSON; it puts numbers and names in itself."""
        return json.dumps({key: self._words[key] for key in SAID_BY_SCRIPT})

    def length(self, milliseconds: int) -> str:
        """Return "47 min", or "1 h 04" from an hour on."""
        hours, minutes = divmod(max(1, round(milliseconds / 60_000)), 60)
        return f"{hours} h {minutes:02}" if hours else self("minutes", n=str(minutes))

    def episodes(self, count: int) -> str:
        """Return "1 episode" or "21 episodes"."""
        return self("one_episode") if count == 1 else self("some_episodes", n=str(count))

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


def chosen(language: str) -> Phrases | None:
    """Return the words in a language that the reader chose, if there are any."""
    return Phrases(language, is_chosen=True) if language in LANGUAGES else None


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
