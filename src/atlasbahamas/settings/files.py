"""Where files are kept, and how large they may be."""

from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from pydantic import Field, SecretStr

from atlasbahamas.settings.section import Section

MEGABYTE = 1024 * 1024


class FileSettings(Section):
    """Files: pictures and documents that people upload."""

    prefix = "atlas.files"

    store: str = Field(
        default="file:///var/lib/atlasbahamas/files",
        pattern=r"^(file:///.+|s3://[^/@]+(/[^@]*)?)$",
        description="Where the bytes are kept: file:///folder, or s3://bucket/prefix (needs the extra `s3`).",
    )
    s3_endpoint: str = Field(
        default="", pattern=r"^(https?://[^/@]+/?)?$", description="The address of an S3 server that is not Amazon's."
    )
    s3_region: str = Field(default="", description="The region of the bucket, where the S3 server wants to know it.")
    s3_key: SecretStr | None = Field(
        default=None, description="The access key; without it, what the machine or the environment offers is used."
    )
    s3_secret: SecretStr | None = Field(default=None, description="The secret of the access key.")
    max_megabytes: int = Field(default=15, ge=1, le=1000, description="How large one picture or document may be.")
    max_request_megabytes: int = Field(
        default=60,
        ge=1,
        le=4000,
        description="How large one form with files may be in all; the server's own limit must be above it.",
    )

    @property
    def max_bytes(self) -> int:
        """The limit of one file, in bytes."""
        return self.max_megabytes * MEGABYTE

    @property
    def max_request_bytes(self) -> int:
        """The limit of one form with files, in bytes."""
        return self.max_request_megabytes * MEGABYTE

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Require what S3 needs, and that one file fits into a form."""
        if str(values.get("atlas.files.store", "")).startswith("s3://") and find_spec("s3fs") is None:
            yield "atlas.files.store", "needs the extra for S3: pip install 'atlasbahamas[s3]'"
        pair = [values[key] for key in ("atlas.files.s3_key", "atlas.files.s3_secret") if key in values]
        if len(pair) == 2 and (pair[0] is None) != (pair[1] is None):
            yield "atlas.files.s3_key", "and atlas.files.s3_secret belong together: set both or neither"
        one, all_of_them = values.get("atlas.files.max_megabytes"), values.get("atlas.files.max_request_megabytes")
        if one is not None and all_of_them is not None and one >= all_of_them:
            yield "atlas.files.max_request_megabytes", "must be more than atlas.files.max_megabytes"
