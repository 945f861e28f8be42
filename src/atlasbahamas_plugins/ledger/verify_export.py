"""Do these books hold? For anybody, with Python alone and nothing of AtlasBahamas.

    python3 verify_export.py books.jsonl

The file is what `atlas ledger export` writes. Says the number and the hash of the last entry: keep both, and a later file has to
have the same hash at that number, or what was there before was written anew. Ends with 1 where something does not hold.

Of each entry it works out the hash again, and that it continues the chain; that numbers have no gaps; that each transfer moves
cents above zero between two accounts; that a reversal mirrors one earlier entry, which nothing else takes back; that the balances
and totals are the sums of the transfers. Its memory grows with the accounts and the reversals, and not with the entries.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

FORMAT = "atlasbahamas-ledger-1"
FIRST_HASH = "0" * 64
KEYS = {
    "batch", "by", "effective", "kind", "number", "organisation",
    "posted_at", "previous", "reverses", "source", "transfers", "words",
}  # fmt: skip


def canonical(content: Any) -> str:
    """JSON in the form that hashes are made of."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class Books:
    """What was read so far, and what of it does not hold."""

    def __init__(self) -> None:
        self.findings: list[str] = []
        self.number, self.hash, self.transfers = 0, FIRST_HASH, 0
        self.organisation: Any = None
        self.names: dict[int, str] = {}
        self.sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        self.balances: dict[int, list[int]] = {}
        self.totals: dict[str, list[int]] = {}
        self.taken_back: dict[int, list[Any]] = {}
        self.digest = hashlib.sha256()
        self.ended = self.counted = False

    def find(self, problem: str) -> None:
        """Note what does not hold."""
        self.findings.append(problem)

    def line(self, number: int, line: str) -> None:
        """Take one line of the file."""
        if self.ended:
            self.find(f"line {number} stands after the end")
            return
        try:
            content = json.loads(line)
        except ValueError:
            self.find(f"line {number} is no JSON")
            self.digest.update(line.encode())
            return
        if f"{canonical(content)}\n" != line:
            self.find(f"line {number} is not in the form that hashes are made of")
        if number == 1:
            self.header(content)
        elif set(content) == {"entry", "hash"}:
            self.entry(content["entry"], content["hash"])
        elif set(content) == {"account", "kind", "subject", "debit", "credit"}:
            self.balance(content)
        elif set(content) == {"total", "debit", "credit"}:
            self.totals[content["total"]] = [content["debit"], content["credit"]]
        elif set(content) == {"entries", "last"}:
            self.count(content)
        elif set(content) == {"end"}:
            self.ended = True
            if content["end"] != self.digest.hexdigest():
                self.find("the file was changed: its last line does not fit those before")
        else:
            self.find(f"line {number} is of no kind that there is")
        self.digest.update(line.encode())

    def header(self, content: dict[str, Any]) -> None:
        """What the file is of."""
        if content.get("format") != FORMAT:
            self.find(f"the file is not of the format {FORMAT}")
        self.organisation = content.get("organisation")

    def entry(self, entry: dict[str, Any], said: str) -> None:
        """One entry."""
        number: int = entry["number"]
        if set(entry) != KEYS:
            self.find(f"entry {number} does not have what an entry has")
            return
        if number != self.number + 1:
            self.find(f"entry {number} follows on entry {self.number}: what was between them is missing")
        if entry["organisation"] != self.organisation:
            self.find(f"entry {number} is another organisation's")
        if entry["previous"] != self.hash:
            self.find(f"entry {number} does not continue the chain")
        if hashlib.sha256(canonical(entry).encode()).hexdigest() != said:
            self.find(f"entry {number} was changed: its content does not fit its hash")
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", entry["effective"]):
            self.find(f"entry {number} counts on no day")
        if not entry["transfers"]:
            self.find(f"entry {number} has no transfers")
        for at, transfer in enumerate(entry["transfers"], 1):
            self.transfer(number, at, transfer)
        self.reversal(entry)
        self.number, self.hash = number, said

    def transfer(self, number: int, at: int, transfer: list[Any]) -> None:
        """One transfer: its line, the account that receives and what it is, the account that gives and what it is, cents."""
        line, debit, debit_name, credit, credit_name, cents = transfer
        if line != at:
            self.find(f"entry {number} has no transfer {at}")
        if type(cents) is not int or cents <= 0 or debit == credit:
            self.find(f"transfer {line} of entry {number} moves nothing")
            return
        for account, name in ((debit, debit_name), (credit, credit_name)):
            if self.names.setdefault(account, name) != name:
                self.find(f"account {account} is {self.names[account]!r} before entry {number}, and {name!r} in it")
        self.sums[debit][0] += cents
        self.sums[credit][1] += cents
        self.transfers += 1

    def reversal(self, entry: dict[str, Any]) -> None:
        """Whether it takes an entry back, and may. The transfers are looked at when the file is read again (`mirrors`)."""
        number, reverses = entry["number"], entry["reverses"]
        if (entry["kind"] == "reversal") != (reverses is not None):
            self.find(f"entry {number} is a reversal and names none, or the other way round")
        if reverses is None:
            return
        if reverses >= number:
            self.find(f"entry {number} takes a later one back")
        if reverses in self.taken_back:
            self.find(f"entry {reverses} is taken back twice")
        self.taken_back[reverses] = [[line, c, cn, d, dn, cents] for line, d, dn, c, cn, cents in entry["transfers"]]

    def balance(self, content: dict[str, Any]) -> None:
        """One balance as it is kept."""
        account, name = content["account"], f"{content['kind']} {content['subject']}"
        self.balances[account] = [content["debit"], content["credit"]]
        if self.names.setdefault(account, name) != name:
            self.find(f"account {account} is {self.names[account]!r} in its entries, and {name!r} in its balance")

    def count(self, content: dict[str, Any]) -> None:
        """What the file says that it holds."""
        self.counted = True
        if (content["entries"], content["last"]) != (self.number, self.hash):
            self.find(f"the file says that it has {content['entries']} entries; {self.number} are there, or the last is another")

    def mirrors(self, entry: dict[str, Any]) -> None:
        """An entry that was taken back, seen a second time."""
        wanted = self.taken_back.pop(entry["number"], None)
        if wanted is not None and (entry["reverses"] is not None or wanted != entry["transfers"]):
            self.find(f"entry {entry['number']} was taken back by an entry that does not mirror it")

    def close(self) -> None:
        """Compare the sums, when everything was read."""
        if not (self.ended and self.counted):
            self.find("the file breaks off")
        for account in sorted(self.sums.keys() | self.balances.keys()):
            real, said = self.sums.get(account, [0, 0]), self.balances.get(account, [0, 0])
            if real != said:
                self.find(f"the balance of account {account} says {said}; its transfers come to {real}")
        totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for account, (debit, credit) in self.sums.items():
            kind = totals[self.names[account].partition(" ")[0]]
            kind[0] += debit
            kind[1] += credit
        for name in sorted(totals.keys() | self.totals.keys()):
            if totals[name] != self.totals.get(name, [0, 0]):
                self.find(f"the total of {name} says {self.totals.get(name)}; its transfers come to {totals[name]}")


def read(lines: Iterable[str], again: Iterable[str]) -> Books:
    """The books of a file, whose lines are given twice: reversals are looked at when what they take back is known."""
    books = Books()
    for number, line in enumerate(lines, 1):
        try:
            books.line(number, line)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            books.find(f"line {number} cannot be understood: {error!r}")
    books.close()
    if not books.findings:
        for line in again:
            if not books.taken_back:
                break
            if line.startswith('{"entry":'):
                books.mirrors(json.loads(line)["entry"])
        for number in sorted(books.taken_back):
            books.find(f"entry {number} was taken back, and is not there")
    return books


def main(paths: list[str]) -> int:
    """Read the file and say what was found; gives the exit status."""
    if len(paths) != 1:
        sys.stderr.write(__doc__ or "")
        return 2
    # As they are: another end of a line is another line.
    with (
        open(paths[0], encoding="utf-8", newline="\n", errors="surrogateescape") as lines,  # noqa: PTH123
        open(paths[0], encoding="utf-8", newline="\n", errors="surrogateescape") as again,  # noqa: PTH123
    ):
        books = read(lines, again)
    sys.stdout.write(f"{books.number:,} entries, {books.transfers:,} transfers.\n")
    sys.stdout.write(f"The last entry is {books.number}, with the hash {books.hash}\n")
    if books.findings:
        sys.stdout.write("\n".join(books.findings[:50]) + "\n")
        sys.stdout.write(f"{len(books.findings):,} things do not hold.\n")
        return 1
    sys.stdout.write("They hold.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
