import importlib
import json
import unittest
from pathlib import Path

from heliograph import Keypair, MinerKey, sr25519
from heliograph import _ristretto as ristretto
from heliograph.address import decode_address, encode_address
from heliograph.envelope import Signer, is_signed, parse_object, render

VECTORS = json.loads(
    (Path(__file__).parents[3] / "tests" / "vectors" / "signed_messages.json").read_text(encoding="utf-8")
)


class Vectors(unittest.TestCase):
    def test_keys_have_their_addresses(self):
        for key in VECTORS["keys"]:
            public = sr25519.public_key_of(bytes.fromhex(key["seed"]))
            self.assertEqual((public.hex(), encode_address(public)), (key["public"], key["address"]))
            self.assertEqual(decode_address(key["address"]), public)

    def test_messages_are_rendered_and_verified(self):
        for vector in VECTORS["vectors"]:
            with self.subTest(vector["name"]):
                message = parse_object(vector["wire"])
                signature = message.pop("signature")
                self.assertEqual(render(message), vector["signed"])
                signer = message.get("sender") or message["hotkey"]
                self.assertEqual(is_signed(message, signature, signer), vector["valid"])

    def test_python_verifies_as_vectors_say(self):
        for vector in VECTORS["vectors"]:
            message = json.loads(vector["wire"])
            key = decode_address(message.get("sender") or message["hotkey"])
            signature = bytes.fromhex(message["signature"].removeprefix("0x"))
            text = vector["signed"].encode()
            forms = (text, b"<Bytes>" + text + b"</Bytes>")
            verified = any(sr25519.verify_in_python(form, signature, key) for form in forms)
            self.assertEqual(verified, vector["valid"], vector["name"])


class Signatures(unittest.TestCase):
    def setUp(self):
        self.keypair = Keypair(bytes(range(32)))

    def test_what_was_signed_verifies(self):
        for text in (b"", b"x", b"x" * 165, b"x" * 166, b"x" * 167, b"x" * 5000):
            signature = self.keypair.sign(text)
            self.assertTrue(sr25519.verify_in_python(text, signature, self.keypair.public_key))
            self.assertTrue(sr25519.verify(text, signature, self.keypair.public_key))

    def test_no_two_signatures_share_a_nonce(self):
        self.assertNotEqual(self.keypair.sign(b"x")[:32], self.keypair.sign(b"x")[:32])

    def test_every_changed_bit_is_found(self):
        signature = bytearray(self.keypair.sign(b"text"))
        for place in range(0, 512, 37):
            signature[place // 8] ^= 1 << place % 8
            self.assertFalse(sr25519.verify_in_python(b"text", bytes(signature), self.keypair.public_key))
            signature[place // 8] ^= 1 << place % 8
        self.assertFalse(sr25519.verify_in_python(b"texT", bytes(signature), self.keypair.public_key))

    def test_what_is_no_signature_is_none(self):
        key = self.keypair.public_key
        for signature in (b"", bytes(63), bytes(64), bytes(65), b"\xff" * 64, b"\x00" * 63 + b"\x80"):
            self.assertFalse(sr25519.verify(b"text", signature, key))
        for public in (b"", bytes(31), b"\xff" * 32, bytes([1]) + bytes(31)):
            self.assertFalse(sr25519.verify(b"text", self.keypair.sign(b"text"), public))

    def test_nobody_signs_for_the_key_of_zeros(self):
        commitment, proof = ristretto.encode(ristretto.multiply_base(5)), bytes([5]) + bytes(30) + b"\x80"
        self.assertTrue(sr25519.verify_in_python(b"text", commitment + proof, bytes(32)))
        self.assertFalse(sr25519.verify(b"text", commitment + proof, bytes(32)))

    def test_a_scalar_beyond_the_order_is_refused(self):
        signature = bytearray(self.keypair.sign(b"text"))
        signature[63] &= 127
        scalar = int.from_bytes(signature[32:], "little") + 2**252 + 27742317777372353535851937790883648493
        signature[32:] = scalar.to_bytes(32, "little")
        signature[63] |= 128
        self.assertFalse(sr25519.verify_in_python(b"text", bytes(signature), self.keypair.public_key))


class NativeModules(unittest.TestCase):
    def test_they_agree(self):
        keypair = Keypair(bytes(range(32)))
        signature = keypair.sign(b"text")
        for name, adapt in (("sr25519", sr25519._with_bindings), ("bittensor_wallet", sr25519._with_wallet)):
            with self.subTest(name):
                try:
                    verify = adapt(importlib.import_module(name))
                except ImportError:
                    continue
                self.assertTrue(verify(b"text", signature, keypair.public_key))
                self.assertFalse(verify(b"texT", signature, keypair.public_key))
                self.assertFalse(verify(b"text", bytes(64), keypair.public_key))

    def test_a_wallets_keypair_signs(self):
        try:
            wallet = importlib.import_module("bittensor_wallet")
        except ImportError:
            self.skipTest("no module bittensor_wallet")
        hotkey = wallet.Keypair.create_from_seed("0x" + bytes(range(32)).hex())
        self.assertIsInstance(hotkey, MinerKey)
        self.assertEqual(hotkey.ss58_address, Keypair(bytes(range(32))).ss58_address)
        message = json.loads(Signer(hotkey).message("heartbeat", {"text": "\u00e9"}, None).frame)
        self.assertTrue(is_signed(message, message.pop("signature"), hotkey.ss58_address))


class Addresses(unittest.TestCase):
    def test_others_are_refused(self):
        address = VECTORS["keys"][0]["address"]
        for text in (
            "",
            "5",
            address[:-1],
            address + "1",
            address[:-1] + "1",
            address.replace("5", "0", 1),
            "1" * 48,
            "z" * 64,
        ):
            with self.subTest(text), self.assertRaises(ValueError):
                decode_address(text)


class Messages(unittest.TestCase):
    def test_what_is_no_message_is_refused(self):
        for text in (
            "",
            "[]",
            "1",
            '{"a": NaN}',
            '{"a": 1e999}',
            '{"a": ' + "[" * 40 + "]" * 40 + "}",
            "[" * 100_000,
        ):
            with self.subTest(text[:20]), self.assertRaises(ValueError):
                parse_object(text)

    def test_nothing_that_json_cannot_say_is_signed(self):
        with self.assertRaises(ValueError):
            render({"wager": float("nan")})


if __name__ == "__main__":
    unittest.main()
