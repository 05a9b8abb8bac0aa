"""The object storage, where one is configured: whether it takes, gives and forgets."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from salon.errors import SalonError
from salon.files.objects import S3, ObjectsFailed, Why
from salon.services.hops import Hop

_IN_THE_WAY: Mapping[Why, Hop] = {
    "unreachable": Hop("objects", "bad", "objects.unreachable"),
    "bucket": Hop("objects", "bad", "objects.bucket"),
    "key": Hop("objects", "bad", "objects.key"),
    "clock": Hop("objects", "bad", "objects.clock"),
    "region": Hop("objects", "bad", "objects.region"),
    "full": Hop("objects", "bad", "objects.full"),
    "denied": Hop("objects", "bad", "objects.denied"),
    "failed": Hop("objects", "bad", "objects.failed"),
}


async def objects_hops(objects: S3 | None) -> Sequence[Hop]:
    """Try it out with a content of a few letters; nothing where none is configured."""
    if objects is None:
        return ()
    facts = {"where": objects.where}
    try:
        await objects.try_out()
    except ObjectsFailed as error:
        return (replace(_IN_THE_WAY[error.why], facts=facts),)
    except SalonError:  # what was put just now is not there
        return (replace(_IN_THE_WAY["failed"], facts=facts),)
    return (Hop("objects", "ok", "objects.works", facts),)
