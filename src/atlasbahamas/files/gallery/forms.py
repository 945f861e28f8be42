"""Forms of a gallery."""

from __future__ import annotations

from atlasbahamas.web.forms import Form, TextField
from atlasbahamas.web.forms.files import PicturesField


class PhotosForm(Form):
    """Pictures to add."""

    photos = PicturesField("Photos", required=True)


class CaptionForm(Form):
    """What a photo shows."""

    caption = TextField("What it shows")
