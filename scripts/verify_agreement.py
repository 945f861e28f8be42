"""Does an agreement hold? For anybody, with Python alone and nothing of AtlasBahamas.

    python3 verify_agreement.py agreement.json agreement.pdf signatures.json

The three files are those that the page of an agreement gives. Says what was signed by whom, and ends with 1 where something
does not fit.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any


def findings(data: bytes, pdf: bytes, signatures: bytes) -> list[str]:
    """What does not fit; nothing when all does."""
    content, signed = json.loads(data), json.loads(signatures)
    found = []
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    if plain != data:
        found.append("the data are not in the form that hashes are made of")
    hashes = {"digest": hashlib.sha256(data).hexdigest(), "pdf_digest": hashlib.sha256(pdf).hexdigest()}
    parties = names_of(content)
    for signature in signed["signatures"]:
        for name, wanted in hashes.items():
            if signature[name] != wanted:
                found.append(f"{signature['name']} signed something else ({name})")
        if signature["party"] not in parties:
            found.append(f"{signature['name']} signed for somebody who is no party: {signature['party']}")
    there = {signature["party"] for signature in signed["signatures"]}
    found.extend(f"not signed: {name}" for party, name in parties.items() if party not in there)
    return found


def names_of(content: dict[str, Any]) -> dict[int | None, str]:
    """Who has to sign, by position; the landlord has none."""
    return {None: content["landlord"], **{party["position"]: party["name"] for party in content["parties"]}}


def main(paths: list[str]) -> int:
    """Read the three files and say what was found; gives the exit status."""
    if len(paths) != 3:
        sys.stderr.write(__doc__ or "")
        return 2
    data, pdf, signatures = (Path(path).read_bytes() for path in paths)
    problems = findings(data, pdf, signatures)
    names = names_of(json.loads(data))
    for signature in json.loads(signatures)["signatures"]:
        sys.stdout.write(f"{signature['signed']}  {signature['name']}  for {names.get(signature['party'])}\n")
    sys.stdout.write("\n".join(problems) + "\n" if problems else "It holds: everybody signed these very words.\n")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
