#!/bin/sh
# Install the product from a checkout into a virtual environment; the Dockerfile does nothing else.
#   deploy/install.sh SOURCE TARGET      e.g.  deploy/install.sh . /opt/atlasbahamas
# TARGET gets venv/ (without pip's cache), alembic/, alembic.ini, deploy/ and the two INI files. Run it again to upgrade.
# EXTRAS=s3,gunicorn before it installs those extras as well. The libraries have the versions of constraints.txt, which were tested.
set -eu
# pip would take what lies there for what is installed, and leave an older version's files behind.
unset PYTHONPATH

source=$(cd "$1" && pwd)
target=$2

mkdir -p "$target"
# Also over one that is there: it may have been broken off half made.
python3 -m venv "$target/venv"
# Built from a copy: setuptools leaves build/ in the checkout, and would install from it what is no longer in src/.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$source" && cp -R src setup.cfg pyproject.toml README.md LICENSE "$work/")
"$target/venv/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check \
    --constraint "$source/deploy/constraints.txt" "$work${EXTRAS:+[$EXTRAS]}"
rm -rf "$target/alembic" "$target/deploy"
cp -R "$source/alembic" "$source/alembic.ini" "$source/deploy" "$target/"
for ini in development.ini production.ini; do
    # An operator's own file is never written over.
    [ -e "$target/$ini" ] || cp "$source/$ini" "$target/$ini"
done
