import { type Check, type Context, fine, found, type Outcome, patience, skipped } from "../check.ts";
import { bounded, fetchPath, openSocket } from "../dial.ts";
import type { Finding } from "../findings.ts";
import { readObject } from "../json.ts";
import type { Attempt, Known } from "../known.ts";
import { reasonOf, size } from "../shown.ts";
import { statusText } from "./http.ts";

/** Where a Socket.IO client connects. */
export const socketIoPath = (base: string) => `${base}/socket.io/?EIO=4`;

/** Finds out what is spoken: plain WebSocket, Socket.IO, both, or neither. */
export const protocol: Check = {
  id: "protocol",
  async run(context) {
    const { target, known } = context;
    const paths = [target.path, ...["/ws", "/ws/stream", "/"].map((path) => known.base + path), "/ws", "/"];
    const [socketIo, ...attempts] = await Promise.all([
      askSocketIo(context),
      ...[...new Set(paths)].filter((path) => !path.includes("/socket.io")).map((path) =>
        attempt(context, path)
      ),
    ]);
    known.attempts = attempts;
    if (socketIo !== undefined) known.socketIo = socketIo;
    const open = attempts.filter(({ upgraded }) => upgraded).map(({ path }) => path.replace(/\?.*/, ""));
    return judge(context, open);
  },
};

async function attempt(context: Context, path: string): Promise<Attempt> {
  try {
    return await bounded(context, patience.answer, async (scope) => {
      const result = await openSocket(context, scope, path);
      const { status } = result.head;
      const accepted = result.opened && result.socket.accepted;
      if (result.opened) await result.socket.close();
      const location = result.head.headers.get("location");
      const detail = location === undefined ? "" : `to ${location}`;
      return {
        path,
        status,
        detail: `${statusText(result.head)} ${detail}`.trim(),
        upgraded: result.opened,
        accepted,
      };
    });
  } catch (error) {
    context.signal.throwIfAborted();
    return { path, status: undefined, detail: reasonOf(error), upgraded: false, accepted: false };
  }
}

/** Opens a session by long polling, as Socket.IO clients begin. Engine.IO protocol 4. */
async function askSocketIo(context: Context): Promise<{ maxPayload: number | undefined } | undefined> {
  try {
    const path = `${socketIoPath(context.known.base)}&transport=polling`;
    const { head, body } = await fetchPath(context, patience.answer, path);
    const hello = head.status === 200 && body.startsWith("0{") ? readObject(body.slice(1)) : undefined;
    if (typeof hello?.["sid"] !== "string") return undefined;
    const { sid, maxPayload } = hello;
    // A session that is left would take up a place until it times out.
    const closing = `${path}&sid=${encodeURIComponent(sid)}`;
    await fetchPath(context, patience.answer, closing, { method: "POST", body: "1" }).catch(() => {});
    return { maxPayload: typeof maxPayload === "number" ? maxPayload : undefined };
  } catch {
    context.signal.throwIfAborted();
    return undefined;
  }
}

function judge({ target, known }: Context, open: readonly string[]): Outcome {
  const socketIo = known.socketIo !== undefined;
  const facts = { websocket: open, socketio: socketIo };
  const spoken = [
    ...(open.length > 0 ? [`WebSocket on ${open.join(", ")}`] : []),
    ...(known.socketIo === undefined ? [] : [describeSocketIo(known.socketIo)]),
  ].join("; ");
  if (open.length === 0 && !socketIo) {
    if (known.broken !== undefined) return skipped("to be seen when plain requests are answered");
    return found("protocol-none", "no path takes an upgrade, and no Socket.IO answers", { facts });
  }
  const [given] = known.attempts ?? [];
  const findings: Finding[] = [];
  if (open.length === 0 && target.wantsWebSocket && !takesUpgrades(known)) {
    findings.push({
      id: "protocol-socketio",
      detail: "Socket.IO answers, and no path takes a plain WebSocket",
    });
  } else if (open.length > 0 && target.wantsWebSocket && given?.upgraded === false) {
    findings.push({
      id: "protocol-other-path",
      detail: `${given.path} answers ${given.detail}, but ${open.join(" and ")} takes an upgrade`,
    });
  }
  return findings.length === 0 ? fine(spoken, facts) : { summary: spoken, findings, facts };
}

/** Whether the server itself would take plain WebSockets, if only upgrades got through to it. */
export function takesUpgrades({ health, attempts }: Known): boolean {
  return health !== undefined || attempts?.some(({ status }) => status === 426) === true;
}

function describeSocketIo({ maxPayload }: { maxPayload: number | undefined }): string {
  return maxPayload === undefined ? "Socket.IO" : `Socket.IO, messages to ${size(maxPayload)}`;
}
