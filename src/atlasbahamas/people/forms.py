"""Forms of the account and the organisation."""

from __future__ import annotations

from atlasbahamas.people.limits import EVERYTHING, Parts, Reach
from atlasbahamas.people.models import MEMBER_ROLES
from atlasbahamas.web.forms import (
    CheckField,
    ChoiceField,
    EmailField,
    Form,
    IntegerField,
    PasswordField,
    PhoneField,
    TextField,
    VersionField,
)
from atlasbahamas.web.forms.many import ManyField


class SignInForm(Form):
    """Either of the two names, and the password."""

    name = TextField("E-mail or user name", required=True, render_kw={"autocomplete": "username", "autocapitalize": "none"})
    password = PasswordField("Password", required=True, render_kw={"autocomplete": "current-password"})
    keep = CheckField("Keep me signed in on this device", default=True)


class _Details(Form):
    full_name = TextField("Your name", required=True, render_kw={"autocomplete": "name"})
    email = EmailField("E-mail", render_kw={"autocomplete": "email"})
    user_name = TextField(
        "User name",
        max_length=40,
        render_kw={"autocomplete": "username", "autocapitalize": "none"},
    )
    phone = PhoneField("Phone", render_kw={"autocomplete": "tel"})


class RegisterForm(_Details):
    """A new account: one of e-mail and user name is enough."""

    password = PasswordField("Password", required=True, render_kw={"autocomplete": "new-password"})


class ProfileForm(_Details):
    """What a person may change of themselves."""

    version = VersionField()


class OrganisationForm(Form):
    """The organisation's name, and its licence when it manages what belongs to others (domain.md section 4)."""

    name = TextField("Name", required=True, render_kw={"autocomplete": "organization"})
    brea_licence = TextField("BREA licence number", max_length=40)
    version = VersionField()


class CodeForm(Form):
    """The code that came by mail."""

    code = TextField("Code", required=True, max_length=12, render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"})


class RecoverForm(Form):
    """Who forgot the password."""

    name = TextField("E-mail or user name", required=True, render_kw={"autocomplete": "username", "autocapitalize": "none"})


class ResetForm(Form):
    """A new password, without the old one."""

    password = PasswordField("New password", required=True, render_kw={"autocomplete": "new-password"})


class PasswordForm(Form):
    """A new password, by somebody who knows the old one."""

    current = PasswordField("Your password now", required=True, render_kw={"autocomplete": "current-password"})
    password = PasswordField("New password", required=True, render_kw={"autocomplete": "new-password"})


class DeviceForm(Form):
    """Which device."""

    device = IntegerField("Device", required=True, max=2**62)


class _WithReach(Form):
    """What somebody may see, where members can be limited to parts of an organisation."""

    reach = ChoiceField("May see", choices=[("everything", "Everything"), ("some", "Only what is ticked below")], required=True)
    parts = ManyField("")

    def offer_parts(self, parts: Parts | None, offered: list[tuple[str, str]]) -> None:
        """Ask for parts of the organisation; not at all where there are none."""
        self._parts = parts
        if parts is None or not offered:
            self._parts = None
            del self.reach, self.parts
            return
        self.parts.label.text = parts.title
        self.parts.offer(offered)

    def chosen_reach(self) -> Reach:
        """What was chosen."""
        if self._parts is None:
            return EVERYTHING
        return Reach(self._parts, self.parts.data if self.reach.data == "some" else None)


class InviteForm(_WithReach):
    """Somebody to work here: a link that you send them, or that we mail."""

    name = TextField("Their name", required=True, render_kw={"autocomplete": "off"})
    email = EmailField("Their e-mail", render_kw={"autocomplete": "off"})
    role = ChoiceField("Role", choices=list(MEMBER_ROLES.items()), required=True)


class MemberForm(_WithReach):
    """A member's role, and what they may see with it."""

    role = ChoiceField("Role", choices=list(MEMBER_ROLES.items()), required=True)
