"""What counts as unread for whoever blocks somebody: a place is new by what the others wrote there.

What a page knows of a place is its last message and how far one has read, from whomever the message
is. So where only blocked people wrote since, that counts as read: what is kept of how far somebody
has read stays as it is, and is judged anew each time they come. Who blocks nobody costs nothing.
"""

from collections.abc import Collection, Mapping, Sequence

from salon.domain.channels import Channel
from salon.store import messages as stored
from salon.store.base import Connection


def passed_over(
    connection: Connection, account_id: int, places: Sequence[Channel], blocked: Collection[int]
) -> Mapping[int, int]:
    """Return, of places where only blocked people wrote since, the last message."""
    reads = stored.load_reads(connection, account_id)
    unread = {
        place.last_message_id: place.id
        for place in places
        if place.last_message_id is not None and place.last_message_id > reads.get(place.id, 0)
    }
    theirs = stored.among_those_of(connection, list(unread), blocked)
    return {
        unread[last]: last
        for last in theirs
        if not stored.is_from_others(connection, unread[last], reads.get(unread[last], 0), blocked)
    }
