"""The oldest versions of the SDK and of matplotlib that the notebook's cells run on."""

from __future__ import annotations

MINIMUM_SDK = "3.24.0"
"""Oldest `sagemaker` that the cells accept.

What they use, and since when (read in the wheels of sagemaker-train 1.18 to 1.27, which carry the
SDK's minor versions; 2026-11-21):

- ``evaluate(dry_run=True)``: 3.19.
- The judge checked against the service's own list, and against Bedrock's end-of-life date: 3.22.
  Older versions carry a list of their own, which has gone stale: they refuse judges that are in
  service and let retired ones through, and the run then fails after its first paid half hour.
- Importing it leaves logging alone: 3.24. Older ones show the INFO lines of all libraries.

3.24 to 3.27 need nothing else of the cells. `make test` tries them on the oldest, too:
``requirements/sdk-oldest.txt`` has its parts, laid over a newer SDK whose dependencies serve both.
"""

REQUIREMENTS = (f'"sagemaker>={MINIMUM_SDK}"', '"matplotlib>3.5.3"')
"""What the cells need, as pip takes it. Figures have layout engines since matplotlib 3.6; two signs
of equality in a line are more than papermill can parse."""
