"""Asking each voice that is heard in an episode, and not for ever.

Who is asked is told in the page and at their devices, once more after three days, and until a date
(`answer_days`). No answer by then counts as no: the episode is made without that voice, and a later
yes brings it back. Where nobody would be left it goes on waiting, as it does for who made it: their
yes is that they publish it. Whoever answers, either way, is asked no more.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from salon.plugin import News, Only, Salon
from salon_recording import releases
from salon_recording.config import RecordingConfig
from salon_recording.episodes import Episode
from salon_recording.releases import Asked

REMIND_AFTER = timedelta(days=3)
NEWS_FOR = timedelta(days=1)
TEXT_MAX = 160  # of what a device shows
ADDRESS = "/p/recording/studio/mine"
QUESTION: Mapping[str, str] = {
    "en": "May your voice go out?",
    "fr": "Ta voix peut-elle sortir\u202f?",
}


class Asking:
    """Tells people that they are asked."""

    def __init__(self, salon: Salon, config: RecordingConfig) -> None:
        self._salon = salon
        self._time = timedelta(days=config.answer_days)

    async def ask(self, episode: Episode) -> None:
        """Ask those whose yes is missing; those who were asked before only see it again.

        Who has answered is told that it was made anew by that.
        """
        others = [id_ for id_ in episode.waiting_ids if id_ != episode.made_by]
        new = await self._salon.db.write(lambda tx: releases.ask(tx, episode.id, others))
        await self._tell(episode, episode.waiting_ids, new)
        answered = {release.account_id for release in episode.releases}
        for account_id in sorted(answered.difference(episode.waiting_ids)):
            body = {"episode": str(episode.id), "title": episode.title}
            await self._salon.announce("release_heeded", Only(account_id), body)

    async def remind(self, episode: Episode, asked: Asked) -> None:
        """Ask somebody once more."""
        await self._salon.db.write(lambda tx: releases.reminded(tx, asked))
        await self._tell(episode, [asked.account_id], [asked.account_id])

    def is_over(self, asked: Asked, now: datetime) -> bool:
        """Whether no answer has become a no."""
        return now >= self.answer_by(asked.asked_at)

    def is_to_be_reminded(self, asked: Asked, now: datetime) -> bool:
        return asked.reminded_at is None and now >= asked.asked_at + REMIND_AFTER

    def answer_by(self, asked_at: datetime) -> datetime:
        return asked_at + self._time

    async def _tell(self, episode: Episode, seen: Sequence[int], knocked: Sequence[int]) -> None:
        body = {"episode": str(episode.id), "title": episode.title}
        for account_id in seen:
            await self._salon.announce("release_asked", Only(account_id), body)
        title = dict.fromkeys(QUESTION, episode.title[:TEXT_MAX])
        news = News(QUESTION, title, ADDRESS, topic=f"release-{episode.id}", news_for=NEWS_FOR)
        for account_id in knocked:
            await self._salon.accounts.push(account_id, news)
