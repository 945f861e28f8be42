"""nginx with the configuration of deploy/nginx, as the tests start it, for the benchmarks that go through it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from atlasbahamas.testing.services import KEY, nginx_path

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "support"))
os.environ[KEY.format("NGINX")] = nginx_path()

from fronted import DOMAIN, Nginx, PublicSite, public_site

__all__ = ["DOMAIN", "Nginx", "PublicSite", "public_site"]
