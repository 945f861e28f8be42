"""The form of one's own photo."""

from __future__ import annotations

from atlasbahamas.web.forms import Form, PictureField


class PhotoForm(Form):
    """One picture."""

    photo = PictureField("Your photo", required=True)
