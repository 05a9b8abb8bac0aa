"""Passkeys, with a device made of the same arithmetic that a real one has."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

from salon.testing import Person, PushedClock, Refused, Server

pytestmark = pytest.mark.settings(server={"host": "localhost"})

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Device:
    """A security key: ES256, its own counter, no attestation (Web Authentication, 6.1)."""

    origin: str
    host: str = "localhost"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: bytes = b"a-key-of-a-test"
    user: str = ""

    def _client(self, kind: str, options: Mapping[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _said(self, flags: int, rest: bytes = b"") -> bytes:
        head = hashlib.sha256(self.host.encode()).digest()
        return head + bytes([flags]) + self.count.to_bytes(4, "big") + rest

    def create(self, options: Mapping[str, Any]) -> dict[str, Any]:
        self.user = options["user"]["id"]
        point = self.key.public_key().public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        known = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        attested = {
            "fmt": "none",
            "attStmt": {},
            "authData": self._said(self.flags | ATTESTED, known),
        }
        return self._answer(
            clientDataJSON=self._client("webauthn.create", options),
            attestationObject=cbor2.dumps(attested),
        )

    def get(self, options: Mapping[str, Any]) -> dict[str, Any]:
        self.count += 1
        client, said = self._client("webauthn.get", options), self._said(self.flags)
        signed = self.key.sign(said + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        credential = self._answer(clientDataJSON=client, authenticatorData=said, signature=signed)
        credential["response"]["userHandle"] = self.user
        return credential

    def _answer(self, **response: bytes) -> dict[str, Any]:
        encoded = {name: bytes_to_base64url(value) for name, value in response.items()}
        id_ = bytes_to_base64url(self.id)
        return {"id": id_, "rawId": id_, "type": "public-key", "response": encoded}


@pytest.fixture
def device(server: Server) -> Device:
    return Device(server.app.base_url)


async def added(person: Person, device: Device) -> dict[str, Any]:
    options = (await person.command("passkey.begin"))["options"]
    answer = await person.command("passkey.add", name="My key", credential=device.create(options))
    passkey: dict[str, Any] = answer["passkey"]
    return passkey


async def post(person: Person, path: str, body: Any) -> tuple[int, dict[str, Any]]:
    async with person.web.post(path, json=body, headers={"Origin": person.url}) as response:
        return response.status, await response.json()


async def come_in(person: Person, device: Device) -> tuple[int, dict[str, Any]]:
    _status, options = await post(person, "/api/passkey/challenge", {})
    return await post(person, "/api/passkey/sign-in", {"credential": device.get(options)})


async def test_a_key_opens_the_door_without_a_name_or_a_password(
    server: Server, alice: Person, device: Device
) -> None:
    passkey = await added(alice, device)
    assert (passkey["name"], passkey["used_at"]) == ("My key", None)
    await alice.fill("/signout")
    assert (await come_in(alice, device))[0] == 200
    await alice.open()
    assert (await alice.command("passkey.list"))["passkeys"][0]["used_at"] is not None


async def test_what_was_signed_once_opens_nothing_again(
    alice: Person, device: Device, clock: PushedClock
) -> None:
    await added(alice, device)
    _status, options = await post(alice, "/api/passkey/challenge", {})
    signed = {"credential": device.get(options)}
    assert (await post(alice, "/api/passkey/sign-in", signed))[0] == 200
    status, answer = await post(alice, "/api/passkey/sign-in", signed)
    assert (status, answer["error"]["reason"]) == (403, "challenge_over")
    _status, options = await post(alice, "/api/passkey/challenge", {})
    clock.advance(minutes=5)
    late = await post(alice, "/api/passkey/sign-in", {"credential": device.get(options)})
    assert late[0] == 403


CHANGES: Sequence[Mapping[str, Any]] = (
    {"origin": "http://localhost:1"},
    {"origin": "https://evil.example"},
    {"host": "evil.example"},
    {"flags": PRESENT},
    {"flags": VERIFIED},
    {"key": ec.generate_private_key(ec.SECP256R1())},
    {"user": bytes_to_base64url(b"somebody")},
    {"count": -1},
)


async def test_what_a_device_signed_otherwise_is_refused(server: Server, alice: Person) -> None:
    await alice.sign_in()
    for number, change in enumerate(CHANGES):
        device = Device(server.app.base_url, id=b"key-%d" % number)
        await alice.open()
        await added(alice, device)
        assert (await come_in(alice, device))[0] == 200
        for name, value in change.items():
            setattr(device, name, value)
        status, answer = await come_in(alice, device)
        assert (status, answer["error"]["reason"]) == (400, "passkey_wrong"), change


async def test_a_key_that_was_removed_opens_nothing(alice: Person, device: Device) -> None:
    passkey = await added(alice, device)
    await alice.command("passkey.rename", passkey=passkey["id"], name="A drawer")
    await alice.command("passkey.remove", passkey=passkey["id"])
    status, answer = await come_in(alice, device)
    assert (status, answer["error"]["reason"]) == (403, "passkey_unknown")


async def test_a_key_is_added_and_removed_by_its_owner_who_showed_that_it_is_they(
    alice: Person, bob: Person, device: Device, clock: PushedClock
) -> None:
    passkey = await added(alice, device)
    with pytest.raises(Refused) as refused:
        await bob.command("passkey.remove", passkey=passkey["id"])
    assert refused.value.error["reason"] == "no_passkey"
    clock.advance(minutes=11)
    for command, fields in (("passkey.begin", {}), ("passkey.remove", {"passkey": passkey["id"]})):
        with pytest.raises(Refused) as refused:
            await alice.command(command, **fields)
        assert refused.value.error["reason"] == "prove"
    _status, options = await post(alice, "/api/passkey/challenge", {})
    assert (await post(alice, "/api/prove", {"credential": device.get(options)}))[0] == 200
    await alice.command("passkey.begin")
    _status, options = await post(bob, "/api/passkey/challenge", {})
    status, answer = await post(bob, "/api/prove", {"credential": device.get(options)})
    assert (status, answer["error"]["reason"]) == (403, "passkey_other")


async def test_a_challenge_for_adding_is_for_nobody_else_and_for_nothing_else(
    alice: Person, bob: Person, device: Device
) -> None:
    options = (await alice.command("passkey.begin"))["options"]
    with pytest.raises(Refused) as refused:
        await bob.command("passkey.add", name="Taken", credential=device.create(options))
    assert refused.value.error["reason"] == "challenge_over"
    await added(alice, device)
    options = (await alice.command("passkey.begin"))["options"]
    status, _ = await post(alice, "/api/passkey/sign-in", {"credential": device.get(options)})
    assert status == 403
    options = (await alice.command("passkey.begin"))["options"]
    with pytest.raises(Refused) as refused:
        await alice.command("passkey.add", name="Again", credential=device.create(options))
    assert refused.value.error["reason"] == "passkey_known"


async def test_nothing_that_is_no_credential_is_a_fault_of_ours(
    alice: Person, device: Device
) -> None:
    await added(alice, device)
    _status, options = await post(alice, "/api/passkey/challenge", {})
    right = device.get(options)
    broken: list[Any] = [None, [], {}, {"id": 1}, {**right, "rawId": "é"}, {**right, "type": "x"}]
    values: list[Any] = [None, 1, "", "!", "AAAA", "x" * 20_000, {"a": []}]
    broken += [
        {**right, "response": {**right["response"], name: value}}
        for name in right["response"]
        for value in values
    ]
    for credential in broken:
        status, answer = await post(alice, "/api/passkey/sign-in", {"credential": credential})
        assert 400 <= status < 500, (credential, answer)
        assert (await post(alice, "/api/prove", {"credential": credential}))[0] in {400, 403}
        if isinstance(credential, dict):
            with pytest.raises(Refused):
                await alice.command("passkey.add", name="Broken", credential=credential)


@pytest.mark.settings(server={"host": "127.0.0.1"})
async def test_under_an_address_in_numbers_there_are_none(server: Server, alice: Person) -> None:
    assert not (await alice.command("passkey.list"))["are_possible"]
    status, answer = await post(alice, "/api/passkey/challenge", {})
    assert (status, answer["error"]["reason"]) == (409, "passkeys_off")
    async with server.visitor() as visitor, visitor.get("/signin") as page:
        assert 'class="passkey"' not in await page.text()
