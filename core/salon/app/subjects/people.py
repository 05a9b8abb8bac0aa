"""Builds what knows people: how they come in, what they say of themselves, how they leave."""

from salon.app.foundation import Foundation
from salon.services.accounts import Accounts
from salon.services.applications import Applications
from salon.services.exports import Exports
from salon.services.faces import Faces
from salon.services.guests import Guests
from salon.services.leaving import Leaving
from salon.services.mail import Mail
from salon.services.passkeys import Passkeys
from salon.services.privacy import PrivacyChoices
from salon.services.profiles import Profiles
from salon.services.sanctions import Sanctions
from salon.services.second_step import SecondStep
from salon.services.services import FileServices, PeopleServices, TextServices


def build_people(base: Foundation, files: FileServices, texts: TextServices) -> PeopleServices:
    sanctions = Sanctions(
        store=base.store,
        directory=base.directory,
        access=base.access,
        sessions=base.sessions,
        jobs=base.jobs,
        deletions=texts.deletions,
        clock=base.clock,
        seal=base.seal,
    )
    accounts = _accounts(base, sanctions)
    return PeopleServices(
        accounts=accounts,
        applications=_applications(base, accounts),
        guests=_guests(base, accounts),
        sessions=base.sessions,
        second_step=_second_step(base, sanctions),
        passkeys=_passkeys(base, sanctions),
        mail=_mail(base, texts),
        sanctions=sanctions,
        privacy=PrivacyChoices(base.store, base.directory),
        profiles=Profiles(base.store, base.access, base.host, base.rates),
        faces=Faces(
            store=base.store,
            access=base.access,
            directory=base.directory,
            files=files.files,
            rates=base.rates,
        ),
        exports=_exports(base, accounts, files),
        leaving=_leaving(base, accounts),
        presence=base.presence,
    )


# How they come in


def _accounts(base: Foundation, sanctions: Sanctions) -> Accounts:
    return Accounts(
        store=base.store,
        directory=base.directory,
        access=base.access,
        host=base.host,
        sessions=base.sessions,
        sanctions=sanctions,
        passwords=base.passwords,
        rates=base.rates,
        clock=base.clock,
        settings=base.config.accounts,
        limits=base.config.limits,
    )


def _applications(base: Foundation, accounts: Accounts) -> Applications:
    return Applications(
        store=base.store,
        access=base.access,
        directory=base.directory,
        host=base.host,
        accounts=accounts,
        passwords=base.passwords,
        limits=base.config.limits,
    )


def _guests(base: Foundation, accounts: Accounts) -> Guests:
    return Guests(
        store=base.store,
        access=base.access,
        directory=base.directory,
        host=base.host,
        accounts=accounts,
        sessions=base.sessions,
        passwords=base.passwords,
        clock=base.clock,
    )


def _second_step(base: Foundation, sanctions: Sanctions) -> SecondStep:
    return SecondStep(
        store=base.store,
        directory=base.directory,
        sessions=base.sessions,
        sanctions=sanctions,
        rates=base.rates,
        clock=base.clock,
        seal=base.seal,
    )


def _passkeys(base: Foundation, sanctions: Sanctions) -> Passkeys:
    return Passkeys(
        store=base.store,
        directory=base.directory,
        sessions=base.sessions,
        sanctions=sanctions,
        rates=base.rates,
        clock=base.clock,
        base_url=base.base_url,
    )


def _mail(base: Foundation, texts: TextServices) -> Mail:
    return Mail(
        store=base.store,
        directory=base.directory,
        sessions=base.sessions,
        inbox=texts.inbox,
        rates=base.rates,
        jobs=base.jobs,
        clock=base.clock,
        seal=base.seal,
        settings=base.config.mail,
        base_url=base.base_url,
    )


# How they take what is theirs, and leave


def _exports(base: Foundation, accounts: Accounts, files: FileServices) -> Exports:
    return Exports(
        store=base.store,
        storage=files.storage,
        access=base.access,
        accounts=accounts,
        directory=base.directory,
        host=base.host,
        queue=base.jobs,
        clock=base.clock,
    )


def _leaving(base: Foundation, accounts: Accounts) -> Leaving:
    return Leaving(
        store=base.store,
        access=base.access,
        accounts=accounts,
        queue=base.jobs,
        clock=base.clock,
        days=base.config.accounts.deletion_days,
    )
