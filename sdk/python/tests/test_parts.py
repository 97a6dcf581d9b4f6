import asyncio
import tempfile
import unittest
from pathlib import Path

from heliograph import GameUpdate, Keypair, MinerClient, NotRegistered, Problem, WrongValidator, prediction_on
from heliograph.backoff import Backoff, RateLimit
from heliograph.errors import permanent_refusal
from heliograph.events import Hub, Subscription
from heliograph.failures import Failure, read_error_frame, read_http_error
from heliograph.http import Answer
from heliograph.reconnect import Reconnect, is_replaced, plan_reconnect
from heliograph.session import End
from heliograph.store import Shelf, Store, stored_receipts
from heliograph.urls import parse_url

from .test_receipts import receipts

HOTKEY = Keypair(bytes(range(32))).ss58_address


class Urls(unittest.TestCase):
    def test_every_form_is_read(self):
        for text, socket, http in (
            ("127.0.0.1:10401", "ws://127.0.0.1:10401/ws", "http://127.0.0.1:10401"),
            ("ws://host", "ws://host/ws", "http://host"),
            ("https://host/", "wss://host/ws", "https://host"),
            ("wss://host/prefix/ws", "wss://host/prefix/ws", "https://host/prefix"),
            ("http://[::1]:5/ws?a=b", "ws://[::1]:5/ws?a=b", "http://[::1]:5"),
        ):
            with self.subTest(text):
                url = parse_url(text)
                self.assertEqual((url.socket, url.http, url.hotkey), (socket, http, None))

    def test_a_hotkey_may_follow(self):
        for text in (f"host:1#{HOTKEY}", f"host:1 {HOTKEY}", f" host:1 # {HOTKEY} "):
            self.assertEqual(parse_url(text).hotkey, HOTKEY)

    def test_others_are_refused(self):
        for text in (
            "",
            "ftp://host",
            "ws://",
            "ws://host:0",
            "ws://host:99999",
            "ws://user@host",
            "host:1#5F",
        ):
            with self.subTest(text), self.assertRaises(ValueError):
                parse_url(text)


class Backoffs(unittest.TestCase):
    def test_delays_double_up_to_the_maximum_and_are_drawn_below(self):
        highest = Backoff(5, 300, lambda: 1.0)
        self.assertEqual([highest.next() for _ in range(8)], [5, 10, 20, 40, 80, 160, 300, 300])
        self.assertEqual(Backoff(5, 300, lambda: 0.25).next(), 1.25)
        for _ in range(2000):
            highest.next()
        highest.reset()
        self.assertEqual(highest.next(), 5)

    def test_a_steady_number_passes(self):
        limit = RateLimit(10, 0)
        for _ in range(10):
            self.assertEqual(limit.wait(0), 0)
            limit.take(0)
        self.assertAlmostEqual(limit.wait(0), 0.1)
        self.assertEqual(limit.wait(0.1), 0)


def ended(cause="closed", authenticated=False, detail="", **failure):
    return End(
        cause,
        authenticated,
        detail,
        None,
        Failure(message="", verdict="later", **failure) if failure else None,
    )


class Reconnects(unittest.TestCase):
    def test_what_follows_from_an_end(self):
        for end, plan in (
            (ended("unreachable"), Reconnect("backoff", http=False)),
            (ended("closed", True), Reconnect("backoff", http=False)),
            (ended("dead", True), Reconnect("backoff", http=False)),
            (ended("no_upgrade"), Reconnect("backoff", http=True)),
            (ended("no_frames"), Reconnect("backoff", http=True)),
            (ended("unwelcome"), Reconnect("backoff", http=True)),
            (ended("unwelcome", code="server_closing"), Reconnect("backoff", http=False)),
            (ended("closed", True, code="server_closing", retry_after=7.5), Reconnect(7.5, http=False)),
            (ended("unwelcome", code="max_connections", retry_after=3.0), Reconnect(3.0, http=True)),
            (ended("unwelcome", code="not_authorized"), Reconnect("longest", http=False)),
            (
                ended("closed", True, "connection closed (1008 Not authorized)"),
                Reconnect("longest", http=False),
            ),
            (ended("unwelcome", code="already_connected"), Reconnect("longest", http=True)),
        ):
            with self.subTest(end):
                self.assertEqual(plan_reconnect(end), plan)
                self.assertFalse(is_replaced(end))

    def test_whoever_is_replaced_stays_away(self):
        self.assertTrue(is_replaced(ended("closed", True, code="already_connected")))
        self.assertTrue(
            is_replaced(ended("closed", True, "connection closed (1008 Client already connected)"))
        )


class Refusals(unittest.TestCase):
    def test_those_that_will_not_change_say_what_to_do(self):
        for message, kind in (
            ("Not authorized: hotkey is not registered", NotRegistered),
            ("Not authorized: for another validator", WrongValidator),
        ):
            error = permanent_refusal("ws://host/ws", HOTKEY, "not_authorized", message)
            self.assertIsInstance(error, kind)
            self.assertIn(HOTKEY, str(error))
        self.assertIsNone(permanent_refusal("ws://host/ws", HOTKEY, "rate_limited", "not registered"))

    def test_error_frames_and_answers_are_read(self):
        stale = "Not authorized: timestamp 2026 is 900 s off the server's clock (2026-11-21T08:00:00.000+00:00), allowed 300 s"
        failure = read_error_frame({"code": "not_authorized", "message": stale, "in_reply_to": "n"})
        self.assertEqual((failure.verdict, failure.nonce, failure.server_time), ("blocked", "n", 1795248000))
        self.assertEqual(read_error_frame({"code": "rate_limited", "retry_after_ms": 800}).retry_after, 0.8)
        self.assertEqual(read_error_frame({"code": 7, "message": [], "retry_after_ms": "x"}).code, "unknown")
        for status, headers, text, verdict, wait in (
            (503, {"retry-after": "2"}, "", "later", 2),
            (429, {}, '{"error": {"code": "rate_limited", "retry_after_ms": 50}}', "later", 0.05),
            (409, {}, '{"error": {"code": "replayed"}}', "again", None),
            (409, {}, "{}", "unfit", None),
            (413, {}, "", "unfit", None),
            (502, {}, "<html>", "later", None),
        ):
            failure = read_http_error(Answer(status, headers, text))
            self.assertEqual((failure.verdict, failure.retry_after), (verdict, wait), status)


class Events(unittest.IsolatedAsyncioTestCase):
    async def test_whoever_does_not_read_holds_no_memory_without_bound(self):
        hub = Hub()
        now = [GameUpdate("v", [{"game_id": "all"}], True, "e", 9)]
        games = Subscription(hub, GameUpdate, 3, lambda: now)
        problems = Subscription(hub, Problem, 3, None)
        for number in range(10):
            hub.emit(GameUpdate("v", [], False, "e", number))
            hub.emit(Problem("v", str(number), ""))
        self.assertEqual([(await problems.__anext__()).code for _ in range(3)], ["7", "8", "9"])
        self.assertLessEqual(len(games._queue), 3)
        self.assertTrue((await games.__anext__()).snapshot)

    async def test_iterators_end_with_the_client_and_raise_why(self):
        for failure in (None, NotRegistered("v", "not_authorized", "register it")):
            hub = Hub()
            problems = Subscription(hub, Problem, 3, None)
            hub.emit(Problem("v", "last", ""))
            hub.end(failure)
            self.assertEqual((await problems.__anext__()).code, "last")
            with self.assertRaises(StopAsyncIteration if failure is None else NotRegistered):
                await problems.__anext__()

    async def test_one_that_nobody_holds_gathers_nothing(self):
        hub = Hub()
        Subscription(hub, Problem, 3, None)
        self.assertEqual(len(hub.subscriptions), 0)


class Stores(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "data" / "miner.db"

    async def open(self):
        store = Store(self.path)
        await store.open()
        self.addAsyncCleanup(store.close)
        return Shelf(store, "ws://host/ws", HOTKEY)

    async def test_what_waits_is_there_again_in_its_order(self):
        shelf = await self.open()
        await asyncio.gather(*(shelf.add(f"p{number}", "{}") for number in range(20)))
        await shelf.settle("p3", {"uid": 7})
        again = await self.open()
        expected = [f"p{number}" for number in range(20) if number != 3]
        self.assertEqual([kept.prediction_id for kept in await again.waiting()], expected)
        self.assertEqual(await again.state(), {"uid": 7})
        self.assertEqual(await Shelf(again._store, "ws://other/ws", HOTKEY).waiting(), [])

    async def test_receipts_are_held_against_their_neighbours_in_whatever_order_they_come(self):
        one, two, three = receipts(3)
        forked, broken = {**two, "hash": "f" * 64}, {**three, "previous": "e" * 64, "miner_sequence": 4}
        shelf = await self.open()
        for receipt, fault in (
            (three, None),
            (one, None),
            (two, None),
            (two, None),
            (forked, "two different receipts have number 2"),
            (broken, "receipt 4 does not name the one before it"),
        ):
            found = await shelf.settle("p", None, receipt, "signed")
            self.assertEqual(found, fault)
        self.assertEqual(len(list(stored_receipts(self.path))), 5)

    async def test_an_operation_that_fails_is_told_of(self):
        shelf = await self.open()

        def fail(database):
            raise ValueError("broken")

        with self.assertRaisesRegex(ValueError, "broken"):
            await shelf._store.run(fail)
        await shelf.add("p", "{}")
        self.assertEqual(len(await shelf.waiting()), 1)


class Clients(unittest.TestCase):
    def test_what_cannot_work_is_said_at_once(self):
        keypair = Keypair(bytes(range(32)))
        for validators, options in (
            ([], {}),
            (["host:1", "ws://host:1"], {}),
            ("host:1", {"heartbeat_interval": 0}),
        ):
            with self.assertRaises(ValueError):
                MinerClient(validators, keypair, **options)

    def test_predictions_are_made_from_games(self):
        game = {
            "game_id": "g",
            "team_a": "A",
            "team_b": "B",
            "team_a_odds": 2.0,
            "team_b_odds": 3.0,
            "tie_odds": None,
        }
        prediction = prediction_on(game, "B", wager=5, model_name="m")
        self.assertEqual(
            (prediction["predicted_odds"], prediction["team_a_odds"], prediction["model_name"]),
            (3.0, 2.0, "m"),
        )
        with self.assertRaises(ValueError):
            prediction_on(game, "C", wager=5)
