import { clockSync } from "./examples.ts";
import type { FindingKind } from "./finding_kind.ts";

/** Keys and clocks. */
export const authenticationFindings = {
  "auth-bad-signature": {
    severity: "error",
    title: "Not authorized: the signature is wrong",
    cause:
      "The server does not find the signature to be by this hotkey: the key file belongs to another hotkey, or the signed text is another one.",
    fix:
      "Check which hotkey the file holds, and that messages are signed over the text that the protocol names.",
    example: "heliograph keys inspect FILE",
  },
  "auth-not-registered": {
    severity: "error",
    title: "Not authorized: the hotkey is not registered",
    cause:
      "The validator does not know this hotkey: it is not registered in the metagraph, it was replaced by another miner, or the validator's list is old.",
    fix: "Register the hotkey; the validator's operator can add it.",
    example: `curl -X PUT HOST/admin/miners/HOTKEY -d '{"uid": 7}' \\
  -H "authorization: Bearer $HELIOGRAPH_ADMIN_TOKEN"`,
  },
  "auth-blacklisted": {
    severity: "error",
    title: "Not authorized: the hotkey is blacklisted",
    cause: "The validator's operator has blacklisted this hotkey.",
    fix: "Ask the validator's operator.",
  },
  "auth-stale": {
    severity: "error",
    title: "Not authorized: the timestamp is out of the window",
    cause: "The clocks of this machine and of the server differ by more than the 300 s that are allowed.",
    fix: "Synchronise the clock of the machine that is wrong.",
    example: clockSync,
  },
  "auth-already-connected": {
    severity: "warning",
    title: "A client with this key is connected already",
    cause:
      "The server keeps the older connection (--websocket.duplicate_policy=reject), so this one was refused: a miner runs with the same key.",
    fix: "Run one miner with each hotkey.",
  },
  "auth-max-connections": {
    severity: "error",
    title: "Max connections reached",
    cause: "The server, or what it allows one address, is full.",
    fix: "The server's operator can raise the limits, and the number of open files with them.",
    example:
      "heliograph serve --websocket.max_connections=20000 \\\n  --websocket.max_connections_per_address=5000",
  },
  "auth-refused": {
    severity: "error",
    title: "The key is refused",
    cause: "The server refuses the authentication for a reason of its own.",
    fix: "Do as its message says, or ask its operator.",
  },
  "auth-no-answer": {
    severity: "error",
    title: "The authentication gets no answer",
    cause:
      "The first frame was sent and nothing came back: the path is not the one for miners, or the server does not know this authentication.",
    fix: "Use the path for miners, /ws on a gateway, and check that the server speaks this protocol.",
  },
  "auth-unsigned": {
    severity: "warning",
    title: "The server's answer is not signed by itself",
    cause:
      "The key was taken, but the signature of the answer is not by the hotkey that it names, or not by the one that the server's health names.",
    fix: "Check that you talk to the validator that you mean; something between may answer in its place.",
  },
  "auth-not-sent": {
    severity: "note",
    title: "The key was not used",
    cause:
      "The certificate is not to be trusted, so whoever answers could use the signed message in your place.",
    fix: "Mend the certificate first, or name the authority that you trust.",
    example: "heliograph doctor URL --key=FILE --ca=ca.pem",
  },
  "clock-outside-window": {
    severity: "error",
    title: "The clocks differ by more than the timestamp window",
    cause:
      "Signed messages carry a timestamp, and one further than 300 s from the server's clock is refused (Not authorized). One of the two clocks is wrong.",
    fix: "Synchronise the clock of the machine that is wrong, with the time of a third one to tell which.",
    example: clockSync,
  },
  "clock-skewed": {
    severity: "warning",
    title: "The clocks differ",
    cause:
      "The difference is within the window of 300 s, but eats into it, and clocks that drift go on drifting.",
    fix: "Synchronise both machines.",
    example: clockSync,
  },
} as const satisfies Record<string, FindingKind>;
