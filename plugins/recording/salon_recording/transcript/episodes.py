"""What an episode says, and who may read it: pages, feed, search and files ask here.

An episode holds what is heard in it and nothing else: only voices in `speaker_ids`, only words in
its parts, by its own time. Who may read it is who may hear it: what asks for the public looks at
`Episode.is_public` first, here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from salon.plugin import Account, NotFound, Salon, SearchResult, Transaction, folded
from salon_recording import episodes
from salon_recording.episodes import Episode
from salon_recording.transcript import tables
from salon_recording.transcript.formats import FORMATS, Cue
from salon_recording.transcript.passages import Passage, Said, Stretch, but_for, said_in

FOUND_MAX = 200  # passages looked at for one search
NAME_UNKNOWN = "?"
DETAIL_MAX = 200


@dataclass(frozen=True, slots=True)
class File:
    """A transcript's file as a feed names it."""

    name: str  # beside the sound
    media_type: str


class Transcripts:
    """Reads what is said in episodes."""

    def __init__(self, salon: Salon) -> None:
        self._salon = salon

    async def cues(self, episode: Episode) -> Sequence[Cue]:
        """Return what is said in an episode with the names of now, in order; nothing: ()."""
        said = await self._salon.db.read(lambda c: said_in_episode(c, episode))
        return [Cue(one.start_ms, one.end_ms, self._name(one.account_id), one.text) for one in said]

    async def write(self, slug: str, ending: str) -> tuple[str, str]:
        """Return the media type and the text of a public episode's transcript. Raises NotFound."""
        episode = await self._salon.db.read(lambda c: episodes.by_slug(c, slug))
        if episode is None or not episode.is_public:
            raise NotFound("There is no such episode.", reason="recording.no_episode")
        return await self.written(episode, ending)

    async def written(self, episode: Episode, ending: str) -> tuple[str, str]:
        """Return the media type and the text of an episode's transcript. Raises NotFound."""
        written = FORMATS.get(ending)
        has_one = await self._salon.db.read(lambda c: files(c, [episode]))
        if written is None or not has_one:
            raise NotFound("This episode has no transcript.", reason="recording.no_transcript")
        return written.media_type, written.write(await self.cues(episode))

    async def find_said(
        self, _actor: Account, words: Sequence[str], limit: int
    ) -> Sequence[SearchResult]:
        """Return where all the words are said together in public episodes; newest episode first."""

        def read(connection: Connection) -> Sequence[tuple[Episode, Said]]:
            public = episodes.public(connection)
            take_ids = {take_id for one in public for take_id in one.take_ids}
            found = tables.passages(connection, take_ids, words=words, limit=FOUND_MAX)
            return [(one, said) for one in public for said in _heard(one, found)]

        found = await self._salon.db.read(read)
        return [
            SearchResult(
                episode.title,
                f"/e/{episode.slug}?t={said.start_ms // 1_000}",
                f"{self._name(said.account_id)}: {said.text}"[:DETAIL_MAX],
            )
            for episode, said in found
            if all(word in folded(said.text) for word in words)  # some may be cut out
        ][:limit]

    def _name(self, account_id: int) -> str:
        account = self._salon.accounts.get(account_id)
        return NAME_UNKNOWN if account is None else account.display_name


def files(connection: Connection, shown: Sequence[Episode]) -> Mapping[int, Sequence[File]]:
    """Return the files of those episodes that are out and have a transcript, by their ids."""
    written = tables.voices_with_passages(connection)
    return {
        one.id: [File(f"transcript.{ending}", each.media_type) for ending, each in FORMATS.items()]
        for one in shown
        if one.is_out
        and any((take_id, id_) in written for take_id, heard in one.voices for id_ in heard)
    }


def said_in_episode(connection: Connection, episode: Episode) -> Sequence[Said]:
    """Return what is said in an episode, by its own time, in order."""
    return _heard(episode, tables.passages(connection, episode.take_ids))


def forget_unheard(tx: Transaction, take_id: int) -> None:
    """Forget what no episode of a take says: its raw voices are gone, and so is their text."""
    made = episodes.of_take(tx.connection, take_id)
    written = tables.passages(tx.connection, [take_id])
    gone = [one.id for one in written if not any(_holds(episode, one) for episode in made)]
    tables.remove(tx, gone)
    tables.take_back(tx, take_id)


def _holds(episode: Episode, passage: Passage) -> bool:
    left = _left(episode, passage)
    return left is not None and any(said_in(stretch, [left]) for stretch in stretches(episode))


def stretches(episode: Episode) -> Sequence[Stretch]:
    """Return the pieces of takes that an episode is made of, with what was uploaded left out."""
    found: list[Stretch] = []
    offset_ms = 0
    for segment in episode.segments:
        if segment.take_id is not None and segment.parts:
            found.append(Stretch(segment.take_id, segment.parts, offset_ms))
        offset_ms += segment.length_ms
    return found


def _left(episode: Episode, passage: Passage) -> Passage | None:
    """Return a passage without what whoever says it left out of an episode."""
    return but_for(passage, episode.left_out_by(passage.account_id).get(passage.take_id, ()))


def _heard(episode: Episode, passages: Sequence[Passage]) -> Sequence[Said]:
    """Return those passages that are heard in an episode, by its own time, in order."""
    voices = {(take_id, id_) for take_id, heard in episode.voices for id_ in heard}
    heard = [
        left
        for one in passages
        if (one.take_id, one.account_id) in voices and (left := _left(episode, one)) is not None
    ]
    said = [one for stretch in stretches(episode) for one in said_in(stretch, heard)]
    return sorted(said, key=lambda one: (one.start_ms, one.end_ms))
