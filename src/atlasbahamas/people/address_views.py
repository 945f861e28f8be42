"""Pages of addresses, passwords and devices. A view parses, calls one service, answers."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther

from atlasbahamas.errors import Refused
from atlasbahamas.people import addresses, services
from atlasbahamas.people.forms import CodeForm, DeviceForm, PasswordForm, RecoverForm, ResetForm
from atlasbahamas.people.models import Device, Person, name_key
from atlasbahamas.people.resources import Account
from atlasbahamas.people.views import sends_mail, signed_in
from atlasbahamas.security.keys import site_keys
from atlasbahamas.security.limits import CODE_BY_PERSON, RECOVER_BY_ACCOUNT, RECOVER_BY_ADDRESS, hit, hit_by_address
from atlasbahamas.traversal.nodes import Root
from atlasbahamas.web.forms import Form, done, form_page

NO_MAIL = Refused("This site sends no mail. Ask the people who run it to give you a new password.")


def confirm(context: Root, request: Any) -> Any:
    """The link of a mail: asks, and makes the address the person's own, signed in or not."""

    def submit() -> Any:
        now = request.clock.now()
        token = addresses.find_token(request.db, request.params.get("token", ""), addresses.CONFIRM, now=now)
        addresses.confirm_address(request.db, token, now=now)
        if request.identity is not None:
            request.session.flash("Your e-mail address is confirmed.")
        return HTTPSeeOther(request.resource_path(request.root, "home", ""))

    return form_page(request, Form(request), {}, submit=submit)


def confirm_code(context: Account, request: Any) -> Any:
    """The code of a mail, typed by somebody who is signed in."""
    form = CodeForm(request)

    def submit() -> Any:
        hit(request, CODE_BY_PERSON, str(request.identity.person_id))
        now, keys = request.clock.now(), site_keys(request.registry)
        code = form.code.data.replace(" ", "")
        token = addresses.find_code(request.db, request.identity.person_id, code, keys=keys, now=now)
        addresses.confirm_address(request.db, token, now=now)
        return done(request, context, "Your e-mail address is confirmed.")

    return form_page(request, form, {"person": _me(request)}, submit=submit)


def send_code(context: Account, request: Any) -> HTTPSeeOther:
    """Send the mail once more."""
    hit(request, CODE_BY_PERSON, str(request.identity.person_id))
    person = _me(request)
    if person.email and person.email_confirmed is None and sends_mail(request):
        addresses.ask_to_confirm(request.db, person, person.email, now=request.clock.now())
    return HTTPSeeOther(context.url("confirm"))


def recover(context: Root, request: Any) -> Any:
    """Ask for a mail to choose a new password; the answer is the same whether or not there is such an account."""
    form = RecoverForm(request)
    mails = sends_mail(request)

    def submit() -> Any:
        if not mails:
            raise NO_MAIL
        hit_by_address(request, RECOVER_BY_ADDRESS)
        hit(request, RECOVER_BY_ACCOUNT, name_key(form.name.data))
        addresses.ask_to_recover(request.db, form.name.data, now=request.clock.now())
        return HTTPSeeOther(context.url("recover", sent="yes"))

    return form_page(request, form, {"sent": request.GET.get("sent") == "yes", "mails": mails}, submit=submit)


def reset(context: Root, request: Any) -> Any:
    """The link of that mail: choose a new password, and be signed in."""
    form = ResetForm(request)

    def submit() -> Any:
        now = request.clock.now()
        token = addresses.find_token(request.db, request.params.get("token", ""), addresses.RECOVER, now=now)
        person = addresses.reset_password(request.db, token, form.password.data, now=now)
        return signed_in(request, person, kept=True)

    return form_page(request, form, {}, submit=submit)


def password(context: Account, request: Any) -> Any:
    """Change the password."""
    form = PasswordForm(request)

    def submit() -> Any:
        hit(request, CODE_BY_PERSON, str(request.identity.person_id))
        addresses.change_password(
            request.db,
            _me(request),
            form.current.data,
            form.password.data,
            device_id=request.identity.device_id,
            now=request.clock.now(),
        )
        return done(request, context, "Your password is changed. Everywhere else you are signed out.")

    return form_page(request, form, {"person": _me(request)}, submit=submit)


def end_device(context: Account, request: Any) -> HTTPSeeOther:
    """Sign one of one's own browsers out."""
    form = DeviceForm(request)
    if form.validate():
        device = request.db.get(Device, form.device.data)
        if device is not None and device.person_id == request.identity.person_id:
            services.end_device(request.db, device.id)
            request.session.flash("That device is signed out.")
    return HTTPSeeOther(context.url())


def end_others(context: Account, request: Any) -> HTTPSeeOther:
    """Sign every other browser out."""
    addresses.sign_out_elsewhere(request.db, _me(request), request.identity.device_id)
    return done(request, context, "Everywhere else you are signed out.")


def _me(request: Any) -> Person:
    return request.db.get_one(Person, request.identity.person_id)  # type: ignore[no-any-return]
