import type { Timer } from "../../protocol/mod.ts";
import { type Check, type Context, fine, type Outcome, patience, skipped } from "../check.ts";
import { openSocket } from "../dial.ts";
import type { Finding } from "../findings.ts";
import { within } from "../net/scope.ts";
import type { Socket } from "../net/socket.ts";
import { Closed, nextMessage } from "../probe.ts";
import { seconds, shown } from "../shown.ts";

/** What comes in at the beginning: a welcome and an answer. */
const greetings = 2;

/** How holding one connection went. */
interface Held {
  /** Seconds for which it was to be silent. */
  readonly wanted: number;
  readonly fate: "alive" | "cut" | "closed" | "dead";
  /** Seconds after which that was seen. */
  readonly after: number;
  /** What the server said when it closed the connection. */
  readonly said: string;
  /** How often something came in meanwhile. */
  readonly heard: number;
}

/** Holds silent connections side by side, and sees which something between ends. */
export const idle: Check = {
  id: "idle",
  async run(context) {
    const { idle: wanted, known: { socket } } = context;
    if (wanted.length === 0) return skipped("--idle holds connections for 30, 60, 100 and 300 s");
    if (socket === undefined) return skipped("no frames pass");
    const open = new Set(wanted);
    const stop = tick(context, open);
    try {
      return judge(
        await Promise.all(wanted.map(async (time) => {
          const held = await hold(context, socket.path, time);
          open.delete(time);
          return held;
        })),
      );
    } finally {
      stop();
    }
  },
};

/** Tells each second how long the connections have been held. */
function tick({ clock, tell }: Context, open: ReadonlySet<number>): () => void {
  const start = clock.elapsed();
  let timer: Timer | undefined;
  const show = () => {
    const held = Math.round((clock.elapsed() - start) / 1000);
    const left = open.size === 1 ? "1 connection" : `${open.size} connections`;
    tell(`${held} of ${Math.max(...open)} s, ${left} held without a word`);
    timer = clock.after(1000, show);
  };
  show();
  return () => timer?.cancel();
}

/** Opens a connection and says nothing; at the end a ping tells whether it is still alive. */
async function hold(context: Context, path: string, wanted: number): Promise<Held> {
  const { clock, signal } = context;
  const start = clock.elapsed();
  const state = { heard: 0, due: false };
  const outcome = (fate: Held["fate"], said = "") => ({
    wanted,
    fate,
    after: Math.round((clock.elapsed() - start) / 1000),
    said,
    heard: state.heard,
  });
  try {
    const milliseconds = 1000 * wanted + patience.pong;
    return await within({ clock, signal, milliseconds }, async (scope) => {
      const upgraded = await openSocket(context, scope, path);
      if (!upgraded.opened) return outcome("closed", `refused with ${upgraded.head.status}`);
      const timer = clock.after(1000 * wanted, () => {
        state.due = true;
        upgraded.socket.ping("still there").catch(() => {});
      });
      try {
        // On the path of miners a server ends whoever has not said what it is.
        if (context.known.socket?.probe !== undefined) await upgraded.socket.send(context.known.socket.probe);
        await listen(upgraded.socket, state);
      } finally {
        timer.cancel();
      }
      await upgraded.socket.close();
      return outcome("alive");
    });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Closed) {
      return outcome("closed", `${error.code ?? "no code"} ${shown(error.reason, 60)}`.trim());
    }
    return outcome(state.due ? "dead" : "cut");
  }
}

async function listen(socket: Socket, state: { heard: number; due: boolean }): Promise<void> {
  await nextMessage(socket, (message) => {
    if (state.due && message.kind === "pong") return true;
    state.heard += 1;
    return false;
  });
}

function judge(held: readonly Held[]): Outcome {
  const all = held.toSorted((a, b) => a.wanted - b.wanted);
  const survived = all.findLast(({ fate }) => fate === "alive")?.wanted;
  const findings = [
    ...firstOf(
      all,
      "cut",
      ({ after }) => ({ id: "idle-cut", detail: `cut after ${after} s, without a word` }),
    ),
    ...firstOf(
      all,
      "dead",
      ({ wanted }) => ({ id: "idle-dead", detail: `dead after ${wanted} s of silence` }),
    ),
    ...firstOf(
      all,
      "closed",
      ({ after, said }) => ({ id: "idle-closed", detail: `closed after ${after} s: ${said}` }),
    ),
  ];
  const facts = { held: all };
  const parts = [
    ...(survived === undefined ? [] : [`alive after ${seconds(survived)}`]),
    ...findings.map(({ detail }) => detail),
  ];
  const talk = all.some(({ heard }) => heard > greetings)
    ? " (the server itself said something meanwhile)"
    : "";
  const summary = `${parts.join("; ")}${talk}`;
  return findings.length === 0 ? fine(summary, facts) : { summary, findings, facts };
}

/** The one that ended first in a way. */
function firstOf(held: readonly Held[], fate: Held["fate"], describe: (held: Held) => Finding): Finding[] {
  const [first] = held.filter((one) => one.fate === fate).toSorted((a, b) => a.after - b.after);
  return first === undefined ? [] : [describe(first)];
}
