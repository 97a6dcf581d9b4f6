"""The command line: `heliograph-py`, or `python -m heliograph`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from . import __version__, command_keys, command_miner, command_verify


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; answers its exit code."""
    parser = argparse.ArgumentParser(
        prog="heliograph-py",
        description="The miner's side of a Heliograph gateway. The gateway's own command is heliograph, this one "
        "heliograph-py; python -m heliograph is the same.",
    )
    parser.add_argument("--version", action="version", version=f"heliograph-py {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    command_miner.add(commands)
    command_verify.add(commands)
    command_keys.add(commands)
    options = parser.parse_args(arguments)
    try:
        code: int = options.run(options)
        return code
    except (OSError, ValueError) as error:
        print(f"heliograph-py {options.command}: {error}", file=sys.stderr)
        return 2
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
