"""What outlives the process, in one SQLite file: predictions that wait, receipts, and what is known of validators."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Union

from .envelope import render, sha256

_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  validator TEXT NOT NULL, hotkey TEXT NOT NULL, prediction_id TEXT NOT NULL, text TEXT NOT NULL,
  UNIQUE (validator, hotkey, prediction_id)
);
CREATE TABLE IF NOT EXISTS receipts (
  validator TEXT NOT NULL, hotkey TEXT NOT NULL, lineage TEXT NOT NULL, miner_sequence INTEGER NOT NULL,
  digest TEXT NOT NULL, previous TEXT NOT NULL, prediction_id TEXT NOT NULL, signed TEXT NOT NULL,
  PRIMARY KEY (validator, hotkey, lineage, miner_sequence, digest)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (
  validator TEXT NOT NULL, hotkey TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (validator, hotkey)
) WITHOUT ROWID;
"""
NO_RECEIPT = "0" * 64
"""`previous` of a miner's first receipt."""

_LONGEST_ID = 128

Path = Union[str, "os.PathLike[str]"]
_Operation = Callable[[sqlite3.Connection], Any]


@dataclass(frozen=True)
class Kept:
    """A prediction that waits until its validator has decided on it."""

    number: int
    """They are sent in this order."""
    prediction_id: str
    text: str
    """Rendered once, so that it is the same content however often it is sent."""


def is_id(text: str) -> bool:
    """Whether a text can be a prediction's id: neither empty nor long, and without half a character in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return 0 < len(text) <= _LONGEST_ID


class Store:
    """A file that one thread writes; what is asked for at the same time is committed together."""

    def __init__(self, path: Path) -> None:
        self._path = os.fspath(path)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="heliograph-store")
        self._pending: list[tuple[_Operation, asyncio.Future[Any]]] = []
        self._committing: asyncio.Task[None] | None = None
        self._database: sqlite3.Connection | None = None

    async def open(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._open)

    async def run(self, operation: _Operation) -> Any:
        """Runs an operation; resolves with what it answers once that is on disk."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._pending.append((operation, future))
        if self._committing is None:
            self._committing = loop.create_task(self._commit_all())
        return await future

    async def close(self) -> None:
        if self._committing is not None:
            await asyncio.wait([self._committing])
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    def _open(self) -> None:
        folder = os.path.dirname(self._path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        # Autocommit: transactions are begun and ended here.
        database = self._database = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.executescript(_SCHEMA)

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()

    async def _commit_all(self) -> None:
        loop = asyncio.get_running_loop()
        while self._pending:
            batch, self._pending = self._pending, []
            try:
                answers = await loop.run_in_executor(self._thread, self._commit, [run for run, _ in batch])
            except Exception as error:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
            else:
                for (_, future), answer in zip(batch, answers):
                    if not future.done():
                        future.set_result(answer)
        self._committing = None

    def _commit(self, operations: list[_Operation]) -> list[Any]:
        assert self._database is not None
        self._database.execute("BEGIN IMMEDIATE")
        try:
            answers = [operation(self._database) for operation in operations]
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")
        return answers


class Shelf:
    """What a store keeps for one miner and one validator."""

    def __init__(self, store: Store, validator: str, hotkey: str) -> None:
        self._store = store
        self._key = (validator, hotkey)

    async def waiting(self) -> list[Kept]:
        """What earlier processes left undecided, in its order."""
        query = "SELECT number, prediction_id, text FROM outbox WHERE validator = ? AND hotkey = ? ORDER BY number"
        rows = await self._store.run(lambda database: database.execute(query, self._key).fetchall())
        return [Kept(*row) for row in rows]

    async def state(self) -> dict[str, Any]:
        query = "SELECT value FROM state WHERE validator = ? AND hotkey = ?"
        row = await self._store.run(lambda database: database.execute(query, self._key).fetchone())
        return json.loads(row[0]) if row else {}

    async def save(self, state: Mapping[str, Any]) -> None:
        await self._store.run(lambda database: self._save(database, state))

    async def add(self, prediction_id: str, text: str) -> Kept:
        """Resolves once the prediction is on disk."""
        query = "INSERT OR REPLACE INTO outbox (validator, hotkey, prediction_id, text) VALUES (?, ?, ?, ?)"
        row = (*self._key, prediction_id, text)
        number = await self._store.run(lambda database: database.execute(query, row).lastrowid)
        return Kept(number, prediction_id, text)

    async def settle(
        self,
        prediction_id: str,
        state: Mapping[str, Any] | None = None,
        receipt: Mapping[str, Any] | None = None,
        signed: str = "",
    ) -> str | None:
        """Forgets a prediction, and keeps its receipt; answers what is wrong with that beside those before it."""

        def operation(database: sqlite3.Connection) -> str | None:
            query = "DELETE FROM outbox WHERE validator = ? AND hotkey = ? AND prediction_id = ?"
            database.execute(query, (*self._key, prediction_id))
            if state is not None:
                self._save(database, state)
            return None if receipt is None else self._keep(database, prediction_id, receipt, signed)

        fault: str | None = await self._store.run(operation)
        return fault

    def _save(self, database: sqlite3.Connection, state: Mapping[str, Any]) -> None:
        query = "INSERT OR REPLACE INTO state (validator, hotkey, value) VALUES (?, ?, ?)"
        database.execute(query, (*self._key, json.dumps(state)))

    def _keep(
        self, database: sqlite3.Connection, prediction_id: str, receipt: Mapping[str, Any], signed: str
    ) -> str | None:
        """Receipts come in any order and more than once, so each is held against both of its neighbours."""
        number, digest, previous = receipt["miner_sequence"], sha256(render(receipt)), receipt["previous"]
        # Rendered, since whatever JSON can say is a text that a database takes.
        lineage = json.dumps(receipt["lineage"], sort_keys=True) if "lineage" in receipt else ""
        chain = (*self._key, lineage)
        near = database.execute(
            "SELECT miner_sequence, digest, previous FROM receipts "
            "WHERE validator = ? AND hotkey = ? AND lineage = ? AND miner_sequence BETWEEN ? AND ?",
            (*chain, number - 1, number + 1),
        ).fetchall()
        database.execute(
            "INSERT OR IGNORE INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*chain, number, digest, previous, prediction_id, signed),
        )
        if number == 1 and not chain[2] and previous != NO_RECEIPT:
            return "receipt 1 names one before it"
        for other, other_digest, other_previous in near:
            if other == number and other_digest != digest:
                return f"two different receipts have number {number}"
            if other == number - 1 and previous != other_digest:
                return f"receipt {number} does not name the one before it"
            if other == number + 1 and other_previous != digest:
                return f"receipt {other} does not name the one before it"
        return None


def stored_receipts(path: Path) -> Iterator[tuple[str, str]]:
    """The signed confirmations in a store's file, each with a name for its place; opened for reading alone."""
    database = sqlite3.connect(f"file:{os.path.abspath(os.fspath(path))}?mode=ro", uri=True)
    try:
        query = "SELECT validator, miner_sequence, signed FROM receipts ORDER BY validator, hotkey, lineage, miner_sequence"
        for validator, number, signed in database.execute(query):
            yield f"receipt {number} of {validator}", signed
    finally:
        database.close()
