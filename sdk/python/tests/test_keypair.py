import json
import os
import stat
import tempfile
import unittest
from pathlib import Path

from heliograph import Keypair, MinerKey


class KeyFiles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "keys" / "miner.key"
        self.path.parent.mkdir()

    def test_a_key_that_was_saved_is_read_again(self):
        keypair = Keypair.generate()
        keypair.save(self.path)
        self.assertEqual(Keypair.from_file(self.path).ss58_address, keypair.ss58_address)
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)
        with self.assertRaises(FileExistsError):
            keypair.save(self.path)

    def test_a_wallets_hotkey_file_is_one(self):
        keypair = Keypair(bytes(range(32)))
        content = {"secretSeed": "0x" + bytes(range(32)).hex(), "ss58Address": keypair.ss58_address}
        self.path.write_text(json.dumps(content))
        self.assertEqual(Keypair.from_file(self.path).ss58_address, keypair.ss58_address)
        self.path.write_text(json.dumps({**content, "ss58Address": Keypair.generate().ss58_address}))
        with self.assertRaisesRegex(ValueError, "is not the address"):
            Keypair.from_file(self.path)

    def test_no_error_quotes_the_file(self):
        for content in (
            "secret word " * 6,
            '{"secret',
            '{"secretSeed": "secret"}',
            '{"secretPhrase": "secret"}',
            "",
        ):
            self.path.write_text(content)
            with self.assertRaisesRegex(ValueError, "Cannot read key file") as caught:
                Keypair.from_file(self.path)
            self.assertNotIn("secret w", str(caught.exception))

    def test_it_does_not_show_its_seed(self):
        self.assertNotIn(bytes(range(32)).hex(), repr(Keypair(bytes(range(32)))))
        self.assertIsInstance(Keypair(bytes(range(32))), MinerKey)
