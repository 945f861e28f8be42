"""How many lives a machine of random steps lives, and how."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def live(machine: Callable[[], RuleBasedStateMachine], lives: int, steps: int) -> None:
    """Let a machine live so often, with at most so many steps.

    A life is not made shorter when it fails: it is short already, and what it did to the books stays there.
    """
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
