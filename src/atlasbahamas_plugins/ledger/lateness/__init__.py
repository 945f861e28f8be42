"""Late fees: charged on what was still unpaid after the days of grace, and set right when that turns out otherwise."""
