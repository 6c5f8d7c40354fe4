"""What the site's plugin items are called."""

from __future__ import annotations

# So many that none comes up again before its last turn is long over.
NAMES = [f"carrier_{number:02}" for number in range(50)]
