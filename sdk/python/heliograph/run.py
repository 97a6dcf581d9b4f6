"""Runs a miner's program."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

from .errors import HeliographError


def run(main: Coroutine[Any, Any, None]) -> None:
    """`asyncio.run` for programs: Ctrl-C ends in order, and an error of this package is a line and not a traceback."""
    try:
        asyncio.run(main)
    except KeyboardInterrupt:
        sys.exit(130)
    except (HeliographError, OSError, ValueError) as error:
        sys.exit(str(error))
