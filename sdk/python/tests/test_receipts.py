import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path

from heliograph import Keypair, ReceiptAudit
from heliograph.cli import main
from heliograph.envelope import render, sha256

VALIDATOR, OTHER = Keypair(bytes([9]) * 32), Keypair(bytes([8]) * 32)


def confirm(prediction_id, receipt, key=VALIDATOR, hotkey="miner", status="success"):
    data = {"prediction_id": prediction_id, "status": status, "message": "", "hotkey": hotkey}
    message = {"type": "confirmation", "sender": key.ss58_address, "timestamp": "", "nonce": prediction_id}
    message["data"] = data if receipt is None else {**data, "receipt": receipt}
    return json.dumps({**message, "signature": key.sign(render(message).encode()).hex()})


def receipts(count, before=(), **more):
    made, previous = [], sha256(render(before[-1])) if before else "0" * 64
    for number in range(len(before) + 1, len(before) + count + 1):
        made.append(
            {"sequence": number * 2, "hash": "a" * 64, "previous": previous, "miner_sequence": number, **more}
        )
        previous = sha256(render(made[-1]))
    return made


LINES = [confirm(f"p{number}", receipt) for number, receipt in enumerate(receipts(4), 1)]


def audit(lines, validator=VALIDATOR.ss58_address, **options):
    taken = ReceiptAudit(validator, **options)
    for number, line in enumerate(lines, 1):
        taken.take(f"line {number}", line)
    return taken.report()


class Audits(unittest.TestCase):
    def assert_found(self, kind, lines, **options):
        report = audit(lines, **options)
        self.assertEqual((report.sound, [finding.kind for finding in report.findings]), (False, [kind]))

    def test_a_whole_chain_is_sound(self):
        refusal = confirm("p9", None, status="error")
        report = audit(
            [*LINES, refusal, "", json.dumps({"event": "state"}), json.dumps({"event": "refused"})]
        )
        self.assertEqual(
            (report.sound, report.findings, report.confirmations, report.refusals), (True, [], 5, 1)
        )
        self.assertEqual([(chain.receipts, chain.first, chain.last) for chain in report.chains], [(4, 1, 4)])

    def test_a_restored_backup_takes_receipts_back(self):
        again = receipts(3, receipts(2), lineage="9f0c2a11")
        lines = [*LINES, *(confirm(f"p{number}", receipt) for number, receipt in enumerate(again, 3))]
        report = audit(lines)
        self.assertEqual((report.sound, report.counts), (False, {"restored": 1}))
        self.assertEqual([(chain.receipts, chain.first, chain.last) for chain in report.chains], [(5, 1, 5)])
        for part in ["ended with receipt 2", "receipts 3 to 4", "lineage 9f0c2a11"]:
            self.assertIn(part, report.findings[0].message)

    def test_a_chain_that_goes_on_in_another_lineage_is_sound(self):
        again = receipts(2, receipts(4), lineage="9f0c2a11")
        lines = [*LINES, *(confirm(f"q{number}", receipt) for number, receipt in enumerate(again))]
        self.assertEqual((audit(lines).sound, audit(lines).findings), (True, []))

    def test_a_receipt_that_came_twice_is_no_fault(self):
        report = audit([*LINES, LINES[1]], any_order=True)
        self.assertEqual((report.sound, report.counts), (True, {"duplicate": 1}))

    def test_what_a_miner_printed_is_read(self):
        printed = [json.dumps({"event": "confirmation", "signed": line}) for line in LINES]
        self.assertEqual(audit(printed).confirmations, 4)

    def test_a_hole_is_found(self):
        self.assert_found("hole", [LINES[0], LINES[2]])

    def test_a_missing_beginning_is_found_unless_it_is_named(self):
        self.assert_found("hole", LINES[1:])
        self.assertTrue(audit(LINES[1:], start=2).sound)

    def test_another_order_is_found_unless_it_is_allowed(self):
        self.assert_found("reordered", [LINES[0], LINES[2], LINES[1]])
        self.assertTrue(audit([LINES[0], LINES[2], LINES[1]], any_order=True).sound)

    def test_a_changed_receipt_is_forged(self):
        self.assert_found("forged", [LINES[0], LINES[1].replace('"sequence": 4', '"sequence": 5')])

    def test_another_validator_is_found(self):
        self.assert_found("other_validator", [confirm("p1", None, OTHER)])

    def test_a_broken_link_is_found(self):
        receipt = {"sequence": 9, "hash": "a" * 64, "previous": "b" * 64, "miner_sequence": 2}
        self.assert_found("broken_link", [LINES[0], confirm("p2", receipt)])

    def test_a_fork_is_found(self):
        receipt = {"sequence": 9, "hash": "a" * 64, "previous": "b" * 64, "miner_sequence": 2}
        self.assert_found("fork", [LINES[0], LINES[1], confirm("p7", receipt)])

    def test_another_miner_is_found_where_one_is_named(self):
        self.assert_found("foreign_miner", [LINES[0]], miner=OTHER.ss58_address)

    def test_what_cannot_be_read_is_found(self):
        for line in (
            "nonsense",
            "null",
            "[" * 100_000,
            LINES[0][:300],
            confirm("p1", {"miner_sequence": "1"}),
        ):
            with self.subTest(line[:20]):
                self.assert_found("unreadable", [line])


class CommandLine(unittest.TestCase):
    def verify(self, lines, *flags):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "receipts.jsonl"
            file.write_text("".join(f"{line}\n" for line in lines))
            output = io.StringIO()
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                code = main(["verify", str(file), *flags])
        return code, output.getvalue()

    def test_sound_not_sound_and_not_checked_each_have_an_exit_code(self):
        named = f"--validator={VALIDATOR.ss58_address}"
        forged = LINES[1].replace('"sequence": 4', '"sequence": 5')
        self.assertEqual(self.verify(LINES, named)[0], 0)
        self.assertEqual(self.verify([LINES[0], forged], named)[0], 1)
        code, output = self.verify(LINES)
        self.assertEqual(code, 3)
        self.assertIn("signatures NOT CHECKED", output)
        self.assertEqual(self.verify([LINES[0], LINES[2]])[0], 1)

    def test_what_cannot_be_used_has_another(self):
        self.assertEqual(self.verify([])[0], 2)
        self.assertEqual(self.verify(LINES, "--validator=5F")[0], 2)
        with contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(main(["verify", "/absent/receipts.jsonl"]), 2)
