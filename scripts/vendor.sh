#!/bin/sh
# Renew the vendored front end at its pinned versions, or verify what is committed.
#   scripts/vendor.sh           fetch with npm, copy, build the icon sprite, write the checksums
#   scripts/vendor.sh --verify  compare every committed file with its checksum
set -eu

BOOTSTRAP=5.3.9 HTMX=2.0.11 ICONS=1.13.2 AXE=4.14.1 FIGTREE=5.3.0
SPRITE="arrow-right box-arrow-right building calendar3 cash-stack check-circle chevron-left chevron-right
circle-half door-open download droplet envelope exclamation-triangle eye funnel geo-alt heart house-door
house-heart image info-circle key laptop list moon-stars pause-circle pencil people person-circle plus-lg
rulers search shield-check sliders sort-down sort-up sun tag telephone water whatsapp x-lg"

root=$(cd "$(dirname "$0")/.." && pwd)
vendor=$root/src/atlasbahamas/static/vendor
axe=$root/tests/browser/vendor
sums=$vendor/CHECKSUMS.txt

verify() { (cd "$root" && sha256sum --quiet --check "$sums" && echo "Vendored files are as pinned."); }

if [ "${1:-}" = --verify ]; then
    verify
    exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$vendor" "$axe"
for package in bootstrap@$BOOTSTRAP htmx.org@$HTMX bootstrap-icons@$ICONS axe-core@$AXE @fontsource-variable/figtree@$FIGTREE; do
    name=${package%@*} name=${name##*/}
    mkdir "$work/$name"
    archive=$(cd "$work" && npm pack --silent "$package")
    tar -xzf "$work/$archive" -C "$work/$name" --strip-components=1
done

cp "$work/bootstrap/dist/css/bootstrap.min.css" "$vendor/bootstrap.min.css"
cp "$work/bootstrap/LICENSE" "$vendor/LICENSE-bootstrap.txt"
cp "$work/htmx.org/dist/htmx.min.js" "$vendor/htmx.min.js"
cp "$work/htmx.org/LICENSE" "$vendor/LICENSE-htmx.txt"
cp "$work/bootstrap-icons/LICENSE" "$vendor/LICENSE-bootstrap-icons.txt"
# The version is in the name: atlas.css and the page ask for it without the digest that other static addresses carry.
rm -f "$vendor"/figtree-*.woff2
cp "$work/figtree/files/figtree-latin-wght-normal.woff2" "$vendor/figtree-$FIGTREE.woff2"
cp "$work/figtree/LICENSE" "$vendor/LICENSE-figtree.txt"
cp "$work/axe-core/axe.min.js" "$axe/axe.min.js"
cp "$work/axe-core/LICENSE" "$axe/LICENSE-axe-core.txt"
{
    echo '<svg xmlns="http://www.w3.org/2000/svg">'
    for icon in $SPRITE; do
        tr '\n' ' ' <"$work/bootstrap-icons/icons/$icon.svg" |
            sed -E "s|<svg [^>]*>|<symbol id=\"$icon\" viewBox=\"0 0 16 16\">|; s|</svg>|</symbol>|; s|> +<|><|g; s| +$||"
        echo
    done
    echo '</svg>'
} >"$vendor/icons.svg"

(cd "$root" && LC_ALL=C sha256sum src/atlasbahamas/static/vendor/*.css src/atlasbahamas/static/vendor/*.js \
    src/atlasbahamas/static/vendor/*.svg src/atlasbahamas/static/vendor/*.woff2 \
    src/atlasbahamas/static/vendor/LICENSE-* tests/browser/vendor/* >"$sums")
verify
