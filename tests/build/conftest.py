"""Which of these tests a system can run."""

from __future__ import annotations

import os

collect_ignore = [] if hasattr(os, "fork") else ["test_system.py"]
"""It forks builds to kill them, and sets limits of POSIX."""
