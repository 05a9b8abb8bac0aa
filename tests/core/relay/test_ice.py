"""Where a peer is."""

from salon.relay.ice import CONSENT_S, LiteAgent, new_credentials


def test_credentials_are_never_the_same_and_of_ice_characters() -> None:
    one, other = new_credentials(), new_credentials()
    assert one != other
    assert (one.ufrag + one.password).isalnum()


def test_the_first_check_is_followed_and_then_the_latest_nomination() -> None:
    agent: LiteAgent[str] = LiteAgent(0.0)
    agent.checked("wifi", 1.0, use_candidate=False)
    assert agent.path == "wifi"
    agent.checked("cable", 2.0, use_candidate=True)
    agent.checked("wifi", 3.0, use_candidate=False)
    assert agent.path == "cable"


def test_a_nat_that_gives_another_port_is_followed() -> None:
    agent: LiteAgent[int] = LiteAgent(0.0)
    agent.checked(40_000, 1.0, use_candidate=True)
    agent.checked(40_001, 2.0, use_candidate=True)
    assert agent.path == 40_001


def test_after_a_restart_the_first_check_is_followed_again() -> None:
    agent: LiteAgent[str] = LiteAgent(0.0)
    agent.checked("here", 1.0, use_candidate=True)
    agent.restart()
    agent.checked("there", 2.0, use_candidate=False)
    assert agent.path == "there"


def test_consent_ends_fifteen_seconds_after_the_last_check() -> None:
    agent: LiteAgent[str] = LiteAgent(0.0)
    agent.checked("wifi", 10.0, use_candidate=True)
    assert agent.has_consent(10.0 + CONSENT_S)
    assert not agent.has_consent(10.1 + CONSENT_S)
