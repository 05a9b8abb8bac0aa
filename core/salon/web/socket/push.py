"""Commands about pushes: this device, one's others, and quiet hours."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from salon.domain import wire
from salon.domain.push import DAY_MIN, Device, QuietHours, Wishes
from salon.services.push_devices import BUSY_MAX
from salon.store.push import ENDPOINT_MAX, ZONE_MAX
from salon.web.socket.fields import CommandPayload, Id
from salon.web.socket.registry import Registry, Result, Session

registry = Registry()
KEY_MAX = 128


class ShowPush(CommandPayload):
    pass


@registry.command("push.show", ShowPush)
async def show_push(session: Session, _payload: ShowPush) -> Result:
    devices = session.core.services.push_devices
    hours = await devices.quiet_hours(session.account)
    return {
        "key": devices.public_key,
        "session_id": str(session.session_id),
        "devices": [_device(each) for each in devices.of(session.account.id)],
        "quiet_hours": asdict(hours) if hours else None,
    }


class Subscribe(CommandPayload):
    endpoint: Annotated[str, Field(min_length=1, max_length=ENDPOINT_MAX)]
    public: Annotated[str, Field(max_length=KEY_MAX)]
    secret: Annotated[str, Field(max_length=KEY_MAX)]
    language: Literal["en", "fr"]


@registry.command("push.subscribe", Subscribe)
async def subscribe(session: Session, payload: Subscribe) -> Result:
    device = await session.core.services.push_devices.subscribe(
        session.account,
        session.session_id,
        payload.endpoint,
        (payload.public, payload.secret),
        payload.language,
    )
    return {"device": _device(device)}


class ChangeDevice(CommandPayload):
    session: Id | None = None
    named: bool | None = None
    between: bool | None = None
    hides_text: bool | None = None
    tags: bool | None = None
    busy_for_s: Annotated[int, Field(ge=0, le=int(BUSY_MAX.total_seconds()))] | None = None


@registry.command("push.change", ChangeDevice)
async def change_device(session: Session, payload: ChangeDevice) -> Result:
    named = payload.model_dump(
        include={"named", "between", "hides_text", "tags"}, exclude_none=True
    )

    def choose(wishes: Wishes) -> Wishes:
        return replace(wishes, **named)

    seconds = payload.busy_for_s
    device = await session.core.services.push_devices.change(
        session.account,
        payload.session or session.session_id,
        choose,
        None if seconds is None else timedelta(seconds=seconds),
    )
    return {"device": _device(device)}


class Unsubscribe(CommandPayload):
    session: Id | None = None


@registry.command("push.unsubscribe", Unsubscribe)
async def unsubscribe(session: Session, payload: Unsubscribe) -> Result:
    device = payload.session or session.session_id
    await session.core.services.push_devices.unsubscribe(session.account, device)
    return None


class SendTest(CommandPayload):
    pass


@registry.command("push.test", SendTest)
async def send_test(session: Session, _payload: SendTest) -> Result:
    await session.core.services.push_devices.test(session.account, session.session_id)
    return None


class Hours(CommandPayload):
    begins_min: Annotated[int, Field(ge=0, lt=DAY_MIN)]
    ends_min: Annotated[int, Field(ge=0, lt=DAY_MIN)]
    zone: Annotated[str, Field(min_length=1, max_length=ZONE_MAX)]


class SetQuietHours(CommandPayload):
    hours: Hours | None


@registry.command("push.set_quiet_hours", SetQuietHours)
async def set_quiet_hours(session: Session, payload: SetQuietHours) -> Result:
    hours = QuietHours(**payload.hours.model_dump()) if payload.hours else None
    await session.core.services.push_devices.set_quiet_hours(session.account, hours)
    return None


def _device(device: Device) -> dict[str, Any]:
    """Without what reaches it: the address of a push service is a secret of the browser."""
    return {
        "session_id": str(device.session_id),
        **asdict(device.wishes),
        "busy_until": wire.time_or_none(device.busy_until),
    }
