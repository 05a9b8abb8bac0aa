"""Discord's objects, made of Salon's: each key that a library needs is there, also when empty."""

from salon.plugin import Salon
from salon_bots.objects.guild import Guild
from salon_bots.objects.messages import Messages
from salon_bots.objects.people import People
from salon_bots.objects.places import Places
from salon_bots.registry import Registry


class Objects:
    """All of them; asks the server for what is true now."""

    def __init__(self, salon: Salon, registry: Registry) -> None:
        self.people = People(salon, registry)
        self.places = Places(salon)
        self.guild = Guild(salon, self.people, self.places)
        self.messages = Messages(salon, registry, self.people)


__all__ = ["Objects"]
