"""Passkeys (Web Authentication, Level 2): a device signs a challenge of ours, no password.

A challenge is 32 random bytes, good once and for five minutes, for adding a key to one account or
for signing in; so many may stand open at once. The device signs for the host of `public_url` and no
other, after it has asked its person (a finger, a PIN). Which account it is, the key itself says.
Browsers know passkeys only for hosts with a name, by TLS or on the machine itself: under an address
in numbers there are none.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

import orjson
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    generate_challenge,
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from salon.clock import Clock
from salon.domain.accounts import Account, Passkey
from salon.domain.audit import target
from salon.errors import Conflict, Denied, Invalid, NotFound
from salon.services import second_step, texts
from salon.services.directory import Directory
from salon.services.limits import RateLimits
from salon.services.sanctions import Sanctions
from salon.services.sessions import Sessions
from salon.store import audit
from salon.store import passkeys as stored
from salon.store.base import CoreTransaction
from salon.store.store import Store

T = TypeVar("T")

PASSKEYS_MAX = 20
NAME_MAX = 64
CHALLENGE_FOR = timedelta(minutes=5)
CHALLENGES_MAX = 10_000
CREDENTIAL_MAX_BYTES = 16_384
CREDENTIAL_ID_MAX_BYTES = 1_023
CHALLENGES_PER_MIN = 30
TIMEOUT_MS = 300_000


@dataclass(frozen=True, slots=True)
class _Challenge:
    """`account_id` is None for signing in: then nobody knows yet who it is."""

    account_id: int | None
    until: datetime


class Passkeys:
    """Owns the open challenges; the keys are in the database."""

    def __init__(  # noqa: PLR0913 what a way in has to do with
        self,
        *,
        store: Store,
        directory: Directory,
        sessions: Sessions,
        sanctions: Sanctions,
        rates: RateLimits,
        clock: Clock,
        base_url: Callable[[], str],
    ) -> None:
        self._store = store
        self._directory = directory
        self._sessions = sessions
        self._sanctions = sanctions
        self._rates = rates
        self._clock = clock
        self._base_url = base_url
        self._challenges: OrderedDict[bytes, _Challenge] = OrderedDict()

    @property
    def are_possible(self) -> bool:
        """Whether browsers take passkeys for where this server is reached."""
        host = self._host
        try:
            ip_address(host)
        except ValueError:
            return host == "localhost" or self._base_url().startswith("https://")
        return False

    @property
    def _host(self) -> str:
        return urlsplit(self._base_url()).hostname or ""

    # -- one's own

    async def of(self, actor: Account) -> Sequence[Passkey]:
        return await self._store.read(lambda c: stored.of(c, actor.id))

    async def counts(self, account_ids: Collection[int]) -> Mapping[int, int]:
        """Return how many each of these accounts has, of those that have any."""
        return await self._store.read(lambda c: stored.counts(c, account_ids))

    async def begin(self, actor: Account, session_id: int) -> dict[str, Any]:
        """Return what `navigator.credentials.create` wants. Raises Denied (prove), Conflict."""
        self._check_possible()
        self._sessions.check_proof(session_id)
        self._rate(str(actor.id))
        known = await self.of(actor)
        if len(known) >= PASSKEYS_MAX:
            raise _too_many()
        options = generate_registration_options(
            rp_id=self._host,
            rp_name=self._directory.community.name,
            user_name=actor.handle,
            user_display_name=actor.display_name,
            user_id=_user_handle(actor.id),
            challenge=self._new_challenge(actor.id),
            timeout=TIMEOUT_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=k.credential_id) for k in known],
        )
        return options_to_json_dict(options)

    async def add(
        self, actor: Account, session_id: int, name: str, credential: Mapping[str, Any]
    ) -> Passkey:
        """Keep the key that a device made. Raises Invalid, Denied, Conflict."""
        self._check_possible()
        self._sessions.check_proof(session_id)
        called = texts.line(name, field="name", at_most=NAME_MAX)
        held = _held(credential)
        made = _parsed(lambda: parse_registration_credential_json(held))
        challenge = self._taken(made.response.client_data_json, actor.id)
        verified = _parsed(
            lambda: verify_registration_response(
                credential=made,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._base_url(),
                require_user_verification=True,
            )
        )
        if len(verified.credential_id) > CREDENTIAL_ID_MAX_BYTES:
            raise _refused()

        def add(tx: CoreTransaction) -> Passkey:
            if len(stored.of(tx.connection, actor.id)) >= PASSKEYS_MAX:
                raise _too_many()
            if stored.find(tx.connection, verified.credential_id) is not None:
                raise Conflict("This passkey is known already.", reason="passkey_known")
            passkey = Passkey(
                id=tx.new_id(),
                account_id=actor.id,
                credential_id=verified.credential_id,
                public_key=verified.credential_public_key,
                sign_count=verified.sign_count,
                name=called,
                is_synced=verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
                created_at=tx.now,
            )
            stored.add(tx, passkey)
            audit.record(tx, actor, "account.passkey_added", target("account", actor))
            second_step.tell(tx, actor.id)
            return passkey

        return await self._store.write(add)

    async def rename(self, actor: Account, passkey_id: int, name: str) -> None:
        """Raises NotFound, Invalid."""
        called = texts.line(name, field="name", at_most=NAME_MAX)
        if not await self._store.write(lambda tx: stored.rename(tx, actor.id, passkey_id, called)):
            raise _unknown()

    async def remove(self, actor: Account, session_id: int, passkey_id: int) -> None:
        """Raises NotFound, Denied (prove)."""
        self._sessions.check_proof(session_id)

        def remove(tx: CoreTransaction) -> None:
            if not stored.remove(tx, actor.id, passkey_id):
                raise _unknown()
            audit.record(tx, actor, "account.passkey_removed", target("account", actor))
            second_step.tell(tx, actor.id)

        await self._store.write(remove)

    # -- at the door

    async def challenge(self, network: str) -> dict[str, Any]:
        """Return what `navigator.credentials.get` wants: any passkey for here. Raises TooMany."""
        self._check_possible()
        self._rate(network)
        options = generate_authentication_options(
            rp_id=self._host,
            challenge=self._new_challenge(None),
            timeout=TIMEOUT_MS,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json_dict(options)

    async def come_in(self, credential: Mapping[str, Any]) -> Account:
        """Return whose key signed. Raises Invalid, Denied (unknown, removed, copied, suspended)."""
        self._check_possible()
        held = _held(credential)
        signed = _parsed(lambda: parse_authentication_credential_json(held))
        challenge = self._taken(signed.response.client_data_json, None)
        known = await self._store.read(lambda c: stored.find(c, signed.raw_id))
        account = None if known is None else self._directory.account(known.account_id)
        if known is None or account is None:
            raise Denied("This passkey is not known here any more.", reason="passkey_unknown")
        generation = self._sessions.generation(account.id)
        if signed.response.user_handle not in {None, _user_handle(account.id)}:
            raise _refused()
        verified = _parsed(
            lambda: verify_authentication_response(
                credential=signed,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._base_url(),
                credential_public_key=known.public_key,
                credential_current_sign_count=known.sign_count,
                require_user_verification=True,
            )
        )
        is_synced = verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE
        count = verified.new_sign_count
        if not await self._store.write(
            lambda tx: stored.use(tx, known, count, is_synced=is_synced)
        ):
            raise _refused()
        self._sessions.check_generation(account.id, generation)
        return await self._sanctions.check_may_sign_in(account)

    async def check(self, actor: Account, credential: Mapping[str, Any]) -> None:
        """See that it was the actor's key that signed. Raises as `come_in` does."""
        account = await self.come_in(credential)
        if account.id != actor.id:
            raise Denied("That passkey is somebody else's.", reason="passkey_other")

    # -- challenges

    def _new_challenge(self, account_id: int | None) -> bytes:
        challenge = generate_challenge()[:32]
        until = self._clock.now() + CHALLENGE_FOR
        self._challenges[challenge] = _Challenge(account_id, until)
        if len(self._challenges) > CHALLENGES_MAX:
            self._challenges.popitem(last=False)
        return challenge

    def _taken(self, client_data: bytes, account_id: int | None) -> bytes:
        """Return the challenge that was signed, which ends with it. Raises Denied."""
        signed = _parsed(lambda: parse_client_data_json(client_data)).challenge
        known = self._challenges.pop(signed, None)
        if known is None or known.account_id != account_id or known.until <= self._clock.now():
            raise Denied("That took too long. Please try again.", reason="challenge_over")
        return signed

    def _rate(self, who: str) -> None:
        self._rates.hit(
            "passkey",
            who,
            times=CHALLENGES_PER_MIN,
            per_s=60,
            message="Too many tries. Please wait a minute.",
        )

    def _check_possible(self) -> None:
        if not self.are_possible:
            raise Conflict(
                "Passkeys need an address with a name, over https.", reason="passkeys_off"
            )


def _user_handle(account_id: int) -> bytes:
    return account_id.to_bytes(8, "big")


def _held(credential: Mapping[str, Any]) -> dict[str, Any]:
    """Return it when it is not too large. Raises Invalid."""
    if len(orjson.dumps(credential)) > CREDENTIAL_MAX_BYTES:
        raise _refused()
    return dict(credential)


def _parsed(parse: Callable[[], T]) -> T:
    """Run a parser of what a stranger sent. Raises Invalid whatever it stumbles over."""
    try:
        return parse()
    except Exception as error:  # CBOR, DER, JSON: each library raises its own
        raise _refused() from error


def _refused() -> Invalid:
    return Invalid("This passkey cannot be taken. Please try again.", reason="passkey_wrong")


def _too_many() -> Conflict:
    message = f"You have {PASSKEYS_MAX} passkeys; no more fit."
    return Conflict(message, reason="passkeys_full", most=PASSKEYS_MAX)


def _unknown() -> NotFound:
    return NotFound("There is no such passkey.", field="passkey", reason="no_passkey")
