"""The maintainers' scripts can be imported by the tests."""

import sys

from skill_folder import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
