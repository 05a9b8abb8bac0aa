"""What of an error reaches the asker."""

from salon.errors import Denied, TooMany


def test_a_reason_and_the_facts_stand_beside_the_code() -> None:
    error = Denied("No.", reason="outranked", field="account", name="Ada")
    assert error.body() == {
        "code": "denied",
        "message": "No.",
        "reason": "outranked",
        "field": "account",
        "name": "Ada",
    }


def test_no_fact_takes_the_place_of_the_code() -> None:
    assert Denied("No.", code="invalid").body() == {"code": "denied", "message": "No."}


def test_all_that_is_asked_too_often_has_one_reason_and_the_time_to_wait() -> None:
    body = TooMany("Slowly.", retry_after_s=1.21).body()
    assert (body["reason"], body["retry_after_s"]) == ("pace", 1.3)
