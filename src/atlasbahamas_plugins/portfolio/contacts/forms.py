"""The form of a contact."""

from __future__ import annotations

from atlasbahamas.web.forms import EmailField, Form, PhoneField, TextField, VersionField
from atlasbahamas_plugins.portfolio.contacts.services import ContactDetails


class ContactForm(Form):
    """Who it is, and how to reach them."""

    name = TextField("Name", required=True)
    email = EmailField("E-mail")
    phone = PhoneField("Phone")
    version = VersionField()

    def details(self) -> ContactDetails:
        """What was typed."""
        return ContactDetails(self.name.data, self.email.data, self.phone.data)
