"""Commands about files; their contents come and go by HTTP."""

from salon.web.socket.fields import CommandPayload
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()


class AskLimits(CommandPayload):
    pass


@registry.command("file.limits", AskLimits)
async def limits(session: Session, _payload: AskLimits) -> Result:
    found = await session.core.services.files.limits(session.account)
    return {
        "largest_bytes": found.largest_bytes,
        "share_bytes": found.share_bytes,
        "used_bytes": found.used_bytes,
    }
