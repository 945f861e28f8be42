"""E-mail addresses and forgotten passwords: proving that somebody reads an address, and letting them back in.

Tokens are made when the mail is sent (`prepare_*`, called by the job), so that none lies in the outbox; of each the
database keeps a digest.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from atlasbahamas.audit.services import record
from atlasbahamas.errors import Refused
from atlasbahamas.mail.models import Mail
from atlasbahamas.mail.services import send_mail
from atlasbahamas.people.models import Device, Person, PersonToken, name_key
from atlasbahamas.people.services import TAKEN, PersonDetails, about, change_profile, check_password
from atlasbahamas.security.identity import token_hash
from atlasbahamas.security.keys import Keys, site_keys
from atlasbahamas.security.passwords import hash_password, verify_password
from atlasbahamas.settings import AtlasSettings

CONFIRM, RECOVER = "confirm", "recover"
LIFETIMES = {CONFIRM: timedelta(days=2), RECOVER: timedelta(hours=1)}
AT_THE_SERVER = timedelta(minutes=15)
CONFIRM_TEMPLATE = "mail/confirm_address.jinja2"
TAKEN_TEMPLATE = "mail/address_in_use.jinja2"
RECOVER_TEMPLATE = "mail/recover.jinja2"
CHANGED_TEMPLATE = "mail/password_changed.jinja2"
ADDRESS_CHANGED_TEMPLATE = "mail/address_changed.jinja2"
OVER = Refused("This link or code is no longer good: it was used, or its time is over. Ask for a new one.", "code")
WRONG_PASSWORD = Refused("That is not your password.", "current")


def ask_to_confirm(db: Session, person: Person, email: str, *, now: datetime) -> None:
    """Send a mail that makes `email` the person's own. Where it is another's already, that other is told instead.

    The caller's page says the same in both cases, so nobody learns who has an account (domain.md 2.9).
    """
    key = name_key(email)
    owner = db.scalar(select(Person.id).where(Person.email_key == key, Person.email_confirmed.is_not(None)))
    if owner is None or owner == person.id:
        send_mail(db, CONFIRM_TEMPLATE, person_id=person.id, address=email, content={"email": email}, now=now)
    else:
        send_mail(db, TAKEN_TEMPLATE, person_id=owner, content={"path": "/sign-in"}, now=now)


def prepare_confirmation(request: Any, db: Session, mail: Mail) -> dict[str, Any] | None:
    """The link and the code for a mail that is being sent; None when the person is gone."""
    return _token_for_mail(request, db, mail, CONFIRM, "/confirm")


def ask_to_recover(db: Session, name: str, *, now: datetime) -> None:
    """Send a mail with which the person of that e-mail or user name chooses a password; nothing when there is none."""
    key = name_key(name)
    column = Person.email_key if "@" in key else Person.user_name_key
    query = select(Person).where(column == key, Person.email.is_not(None))
    person = db.scalar(query.order_by(Person.email_confirmed.is_(None), Person.id).limit(1))
    if person is not None:
        content = {"email": person.email}
        send_mail(db, RECOVER_TEMPLATE, person_id=person.id, address=person.email, content=content, now=now)


def prepare_recovery(request: Any, db: Session, mail: Mail) -> dict[str, Any] | None:
    """The link for a mail that is being sent; None when the person is gone."""
    return _token_for_mail(request, db, mail, RECOVER, "/reset")


def _token_for_mail(request: Any, db: Session, mail: Mail, purpose: str, path: str) -> dict[str, Any] | None:
    if mail.person is None:
        return None
    settings = request.registry.atlas_settings.section(AtlasSettings)
    token, code = make_token(
        db, mail.person, purpose, str(mail.address), keys=site_keys(request.registry), now=request.clock.now()
    )
    return {"link": f"{settings.base_url}{path}?token={token}", "code": code}


def make_token(
    db: Session, person: Person, purpose: str, email: str, *, keys: Keys, now: datetime, lifetime: timedelta | None = None
) -> tuple[str, str]:
    """A token and a code of six digits for one purpose; those that were made before for it stay good until their time is over.

    `keys` (the site's) keep the short code from being tried out against a copy of the database.
    """
    token, code = secrets.token_urlsafe(32), f"{secrets.randbelow(10**6):06}"
    row = PersonToken(
        person_id=person.id,
        purpose=purpose,
        email=email,
        token_hash=token_hash(token),
        code_hash=keys.digest(_text_of(code, person.id)),
        created=now,
        expires=now + (lifetime or LIFETIMES[purpose]),
    )
    db.add(row)
    db.flush()
    return token, code


def sign_in_link(db: Session, name: str, *, base_url: str, keys: Keys, now: datetime) -> str:
    """A link for whoever stands at the server, with which the person of that e-mail or user name chooses a password and is in.

    Good once, for 15 minutes. It needs no mail and proves no address. Raises Refused when there is nobody who may sign in.
    """
    key = name_key(name)
    column = Person.email_key if "@" in key else Person.user_name_key
    person = db.scalar(select(Person).where(column == key).order_by(Person.email_confirmed.is_(None), Person.id).limit(1))
    if person is None:
        raise Refused(f"Nobody here is called {name}.")
    if person.disabled is not None:
        raise Refused(f"The account {name} is switched off: another administrator has to switch it on.")
    token, _ = make_token(db, person, RECOVER, "", keys=keys, now=now, lifetime=AT_THE_SERVER)
    record(db, "atlas:sign_in_link:made", about=about(person), organisation_id=None)
    return f"{base_url}/reset?token={token}"


def _text_of(code: str, person_id: int) -> str:
    return f"{person_id}:{code}"


def find_token(db: Session, token: str, purpose: str, *, now: datetime) -> PersonToken:
    """The row of a token that is still good. Raises Refused."""
    return _good(db, PersonToken.token_hash == token_hash(token), purpose, now)


def find_code(db: Session, person_id: int, code: str, *, keys: Keys, now: datetime) -> PersonToken:
    """The row of a code that the person was sent to confirm an address, still good. Raises Refused."""
    digests = keys.digests(_text_of(code, person_id))
    return _good(db, (PersonToken.person_id == person_id) & PersonToken.code_hash.in_(digests), CONFIRM, now)


def _good(db: Session, which: Any, purpose: str, now: datetime) -> PersonToken:
    good = (PersonToken.purpose == purpose, PersonToken.used.is_(None), PersonToken.expires > now, Person.disabled.is_(None))
    query = select(PersonToken).join(Person).where(which, *good)
    found = db.scalar(query.order_by(PersonToken.id.desc()).limit(1).with_for_update(of=PersonToken))
    if found is None:
        raise OVER
    return found


def confirm_address(db: Session, token: PersonToken, *, now: datetime) -> Person:
    """Make the token's address the person's own, and take it from others who only typed it.

    Raises Refused when it has become another's meanwhile. The address that the person had before is told.
    """
    person, key = token.person, name_key(token.email)
    others = select(Person).where(Person.email_key == key, Person.id != person.id).with_for_update()
    for other in db.scalars(others):
        if other.email_confirmed is not None:
            raise Refused("This address belongs to another account. Sign in with that one, or recover it.", "code")
        other.email = None
    before = person.confirmed_email
    db.flush()
    token.used = now
    person.email = token.email
    person.email_confirmed = now
    db.flush()
    if before is not None and name_key(before) != key:
        send_mail(db, ADDRESS_CHANGED_TEMPLATE, person_id=person.id, address=before, now=now)
    record(db, "atlas:address:confirmed", about=about(person), organisation_id=None)
    return person


def reset_password(db: Session, token: PersonToken, password: str, *, now: datetime) -> Person:
    """Set the password of somebody who forgot it; every device ends.

    A link that was mailed also proved that the address is theirs.
    """
    check_password(password)
    if token.email and token.person.email_confirmed is None:
        confirm_address(db, token, now=now)
    token.used = now
    _set_password(db, token.person, password, keep_device=None, now=now)
    return token.person


def change_password(db: Session, person: Person, current: str, password: str, *, device_id: int, now: datetime) -> None:
    """Change the password of somebody who knows it; every device but this one ends. Raises Refused."""
    if not verify_password(person.password, current):
        raise WRONG_PASSWORD
    check_password(password)
    _set_password(db, person, password, keep_device=device_id, now=now)


def _set_password(db: Session, person: Person, password: str, *, keep_device: int | None, now: datetime) -> None:
    person.password = hash_password(password)
    # Links that were sent before open nothing any more.
    unused = (PersonToken.person_id == person.id, PersonToken.purpose == RECOVER, PersonToken.used.is_(None))
    db.execute(update(PersonToken).where(*unused).values(used=now))
    end_other_devices(db, person.id, keep_device)
    db.flush()
    record(db, "atlas:password:changed", about=about(person), organisation_id=None)
    send_mail(db, CHANGED_TEMPLATE, person_id=person.id, content={"path": "/recover"}, now=now)


def sign_out_elsewhere(db: Session, person: Person, device_id: int) -> None:
    """End every device of a person but this one, at their wish."""
    end_other_devices(db, person.id, device_id)
    record(db, "atlas:person:signed_out", about=about(person), organisation_id=None, note="everywhere else")


def end_other_devices(db: Session, person_id: int, keep_device: int | None) -> None:
    """Sign a person out everywhere, but for one browser."""
    theirs = Device.person_id == person_id
    db.execute(delete(Device).where(theirs if keep_device is None else theirs & (Device.id != keep_device)))


def forget_tokens(db: Session, *, now: datetime) -> None:
    """Delete tokens whose time is over."""
    db.execute(delete(PersonToken).where(PersonToken.expires <= now))


def change_details(db: Session, person: Person, details: PersonDetails, *, mails: bool, now: datetime) -> bool:
    """Change the profile; gives whether a mail went out to confirm a new address. A confirmed one stays until the new one is.

    Raises Refused, on a site that sends no mail also for an address that somebody else gave.
    """
    new = bool(details.email) and name_key(details.email) != person.email_key
    if new and not mails:
        check_address_is_free(db, details.email)
    kept = replace(details, email=person.email or "") if new and mails and person.confirmed_email else details
    change_profile(db, person, kept)
    if new and mails:
        ask_to_confirm(db, person, details.email, now=now)
    return new and mails


def check_address_is_free(db: Session, email: str) -> None:
    """Raises Refused when somebody gave this address: where no mail is sent, nobody can prove that it is theirs."""
    if db.scalar(select(Person.id).where(Person.email_key == name_key(email)).limit(1)) is not None:
        raise TAKEN["uq_person_email_key"]
