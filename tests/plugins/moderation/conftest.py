"""What the tests of the moderation plugin share."""

import pytest

from salon.testing import Person, Server


@pytest.fixture
async def host(server: Server, owner: Person) -> Person:
    """A member with the hosts' role."""
    person = await server.member("hanna", owner)
    role = next(role for role in owner.snapshot["roles"] if "room.manage" in role["permissions"])
    await owner.command("account.roles", account=person.id, role_ids=[role["id"]])
    await person.expect("access.changed")
    return person
