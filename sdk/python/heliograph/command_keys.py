"""`heliograph-py keys`: makes a key file, and tells its address."""

from __future__ import annotations

import argparse
from typing import Any

from .keypair import Keypair


def add(commands: Any) -> None:
    parser = commands.add_parser("keys", help="make a key file, or tell the address of one")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    new = actions.add_parser("new", help="make a key file and print its address")
    new.add_argument("file", metavar="FILE")
    new.set_defaults(run=_new)
    inspect = actions.add_parser("inspect", help="print the address of a key file")
    inspect.add_argument("file", metavar="FILE")
    inspect.set_defaults(run=_inspect)


def _new(options: argparse.Namespace) -> int:
    keypair = Keypair.generate()
    keypair.save(options.file)
    print(keypair.ss58_address)
    return 0


def _inspect(options: argparse.Namespace) -> int:
    print(Keypair.from_file(options.file).ss58_address)
    return 0
