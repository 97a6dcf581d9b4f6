import { type Check, type Context, fine, found, type Outcome, patience, skipped } from "../check.ts";
import { bounded, openSocket } from "../dial.ts";
import { readObject } from "../json.ts";
import { type Known, noteTimestamp } from "../known.ts";
import { Violation } from "../net/reader.ts";
import { TimedOut } from "../net/scope.ts";
import { Closed, isAnswer, isError, probes } from "../probe.ts";
import { reasonOf, shown } from "../shown.ts";

/** What came through after the upgrade. */
interface Passed {
  pong: boolean;
  /** The first text, whatever it was. */
  text: string | undefined;
  answer: string | undefined;
  /** How it ended, where it ended. */
  ended: unknown;
}

/** Sends frames of all kinds after the upgrade, and sees which come back. */
export const frames: Check = {
  id: "frames",
  async run(context) {
    const { known } = context;
    const { socket } = known;
    if (socket === undefined) return skipped("no upgrade");
    const messages = socket.dialect === "socketio" ? [() => "40"] : probes;
    let passed: Passed | undefined;
    for (const message of messages) {
      passed = await exchange(context, socket.path, message());
      if (passed.answer !== undefined) {
        known.socket = { ...socket, probe: message(), isRefused: isError(readObject(passed.answer)) };
      }
      if (passed.answer !== undefined || passed.ended !== undefined || !isSomething(passed)) break;
    }
    if (passed === undefined) return skipped("nothing to send");
    const outcome = judge(passed, known);
    if (outcome.findings.some(({ id }) => id !== "frames-no-pong")) delete known.socket;
    return outcome;
  },
};

/** Sends a ping and a message on a connection of their own, and waits until both are answered, or for too long. */
async function exchange(context: Context, path: string, message: string): Promise<Passed> {
  const passed: Passed = { pong: false, text: undefined, answer: undefined, ended: undefined };
  try {
    await bounded(context, patience.frame, async (scope) => {
      const upgraded = await openSocket(context, scope, path);
      if (!upgraded.opened) throw new Closed(undefined, "the upgrade was refused this time");
      const { socket } = upgraded;
      await socket.ping("heliograph");
      const sent = context.clock.now();
      await socket.send(message);
      while (!passed.pong || passed.answer === undefined) {
        const received = await socket.next();
        if (received.kind === "close") throw new Closed(received.code, received.reason);
        if (received.kind === "pong") passed.pong = true;
        if (received.kind !== "text") continue;
        passed.text ??= received.text;
        noteTimestamp(context.known, readObject(received.text), sent, context.clock.now());
        if (isAnswer(received)) passed.answer ??= received.text;
      }
      await socket.close();
    });
  } catch (error) {
    context.signal.throwIfAborted();
    if (!(error instanceof TimedOut)) passed.ended = error;
  }
  return passed;
}

function isSomething({ pong, text }: Passed): boolean {
  return pong || text !== undefined;
}

function judge({ pong, text, answer, ended }: Passed, { socket }: Known): Outcome {
  const facts = { pong, answered: answer !== undefined };
  if (ended instanceof Violation) return found("frames-invalid", reasonOf(ended), { facts });
  if (ended instanceof Closed) return closed(ended, facts);
  if (ended !== undefined && answer === undefined) {
    return found("frames-eaten", `after the upgrade: ${reasonOf(ended)}`, { facts });
  }
  if (!pong && text === undefined) {
    return found("frames-eaten", "neither a ping nor a message is answered", { facts });
  }
  const kind = shown(
    String(
      readObject(answer ?? text ?? "")?.["type"] ?? (socket?.dialect === "socketio" ? "Socket.IO" : "text"),
    ),
    40,
  );
  if (!pong) return found("frames-no-pong", `messages pass (${kind}), pings are not answered`, { facts });
  const said = text === undefined
    ? "pings are answered, messages of ours are not"
    : `pings and messages pass (${kind})`;
  return fine(said, facts);
}

function closed({ code, reason }: Closed, facts: Outcome["facts"]): Outcome {
  const why = reason === "" ? "without a reason" : shown(reason);
  return found(
    "frames-closed",
    `closed with ${code ?? "no code"}: ${why}`,
    facts === undefined ? {} : { facts },
  );
}
