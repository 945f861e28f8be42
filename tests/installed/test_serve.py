"""`atlas serve --prepare`, which is what `make serve` runs: it greets, answers, and ends in words."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import pytest

from atlasbahamas.testing.programs import Place, Program, ask
from atlasbahamas.testing.services import free_port

OF_THE_FIRST_TIME = 0.4
"""So much of the processor's time of the first start, which makes the database and fills it, the second one takes at most."""


def serve(place: Place, port: int) -> Program:
    started = place.start("atlas", "serve", "--prepare", "--port", str(port))
    started.wait_for(lambda: "Ctrl-C stops it" in started.said, "greeting")
    return started


def test_it_greets_answers_and_stops_and_is_quick_the_second_time(place: Place) -> None:
    port = free_port()
    first = serve(place, port)
    filling = processor_seconds(first)
    assert f"AtlasBahamas is at http://127.0.0.1:{port} " in first.said
    assert "The demo data is loaded." in first.said
    assert "paula      Administrator of the platform" in first.said
    assert "30 homes" in ask(f"http://127.0.0.1:{port}/listings/").text
    assert first.end(signal.SIGINT) == 0
    assert first.said.endswith("Stopped.\n")
    assert "Traceback" not in first.said

    second = serve(place, port)
    assert "The demo data is loaded." not in second.said
    assert processor_seconds(second) < filling * OF_THE_FIRST_TIME
    # Impatience does no harm.
    second.process.send_signal(signal.SIGINT)
    assert second.end(signal.SIGTERM) in (0, 128 + signal.SIGTERM)
    assert "Traceback" not in second.said


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
@pytest.mark.parametrize("moment", [0.0, 0.2, 0.5, 1.0, 1.5])
def test_it_can_be_stopped_while_it_starts(place: Place, how: signal.Signals, moment: float) -> None:
    started = place.start("atlas", "serve", "--prepare", "--port", str(free_port()))
    wait_until_python_is_ours(started)
    time.sleep(moment)
    assert started.end(how) in (0, -how, 128 + how)
    assert "Traceback" not in started.said
    assert "Error" not in started.said


def wait_until_python_is_ours(program: Program) -> None:
    """Until then Ctrl-C is the interpreter's: it takes SIGINT as it starts, and we take it away first of all."""
    taken = False
    while not caught(program, signal.SIGTERM):
        before, taken = taken, caught(program, signal.SIGINT)
        if before and not taken:
            return
        time.sleep(0.001)


def processor_seconds(program: Program) -> float:
    """What a process has had of a processor since its start; its jobs, which are processes of their own, not counted."""
    fields = Path(f"/proc/{program.process.pid}/stat").read_text().rpartition(") ")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def caught(program: Program, what: signal.Signals) -> bool:
    """Whether a process has a handler of its own for a signal."""
    assert program.process.poll() is None, program.said
    lines = Path(f"/proc/{program.process.pid}/status").read_text().splitlines()
    mask = next(line for line in lines if line.startswith("SigCgt:")).split()[1]
    return bool(int(mask, 16) & 1 << (what - 1))


def test_a_port_that_is_taken_is_one_line(place: Place) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = place.run("atlas", "serve", "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"Error: cannot listen at 127.0.0.1:{port}: Address already in use; try PORT=6544"]
