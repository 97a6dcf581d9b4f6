import { type Check, type Context, fine, found, type Outcome, patience, skipped } from "../check.ts";
import { bounded, openSocket } from "../dial.ts";
import type { FindingId } from "../findings.ts";
import type { Attempt } from "../known.ts";
import { fateOf } from "../shown.ts";
import { statusFinding, statusText } from "./http.ts";
import { socketIoPath, takesUpgrades } from "./protocol.ts";

/** Upgrades over HTTP/1.1 and explains a refusal; then once more as a browser would. */
export const upgrade: Check = {
  id: "upgrade",
  async run(context) {
    const { known, target } = context;
    const attempts = known.attempts ?? [];
    const taken = attempts.find(({ upgraded }) => upgraded);
    if (taken !== undefined) return await asBrowser(context, taken);
    if (known.socketIo !== undefined && !takesUpgrades(known)) return await overSocketIo(context);
    if (known.broken !== undefined) return skipped("to be seen when plain requests are answered");
    const telling = attempts.find(({ path }) => path !== target.path && mayBeMeant(path, attempts)) ??
      attempts[0];
    return telling === undefined ? skipped("no path to try") : refused(telling);
  },
};

/** With nothing said about the path, the one of miners tells more than the page at `/`. */
function mayBeMeant(path: string, attempts: readonly Attempt[]): boolean {
  return attempts[0]?.path === "/" && path === "/ws" &&
    attempts.some((one) => one.path === path && one.status !== 404);
}

async function asBrowser(context: Context, { path, accepted, detail }: Attempt): Promise<Outcome> {
  const { known, target } = context;
  if (!accepted) return found("upgrade-accept", `${path}: 101 with a wrong Sec-WebSocket-Accept`);
  known.socket = { path, dialect: "plain" };
  const Origin = `${target.secure ? "https" : "http"}://${target.authority}`;
  const facts = { path, status: 101 };
  const head = await bounded(context, patience.answer, async (scope) => {
    const result = await openSocket(context, scope, path, { Origin });
    if (result.opened) await result.socket.close();
    return result.head;
  });
  if (head.status === 101) return fine(`${detail} on ${path.replace(/\?.*/, "")}`, facts);
  return found("upgrade-origin", `${path}: ${detail}; with Origin: ${Origin} ${statusText(head)}`, { facts });
}

async function overSocketIo(context: Context): Promise<Outcome> {
  const path = `${socketIoPath(context.known.base)}&transport=websocket`;
  try {
    const result = await bounded(context, patience.answer, async (scope) => {
      const result = await openSocket(context, scope, path);
      if (result.opened) await result.socket.close();
      return result;
    });
    if (result.opened && result.socket.accepted) {
      context.known.socket = { path, dialect: "socketio" };
      return fine(`${statusText(result.head)} on /socket.io/`, { path, status: 101 });
    }
    const { status } = result.head;
    return refused({
      path,
      status,
      detail: statusText(result.head),
      upgraded: result.opened,
      accepted: false,
    });
  } catch (error) {
    context.signal.throwIfAborted();
    return found("upgrade-cut", `${path}: ${fateOf(error) === "late" ? "no answer" : "cut"}`);
  }
}

const byStatus: Record<number, FindingId | undefined> = {
  101: "upgrade-accept",
  200: "upgrade-ignored",
  400: "upgrade-stripped",
  426: "upgrade-stripped",
  404: "upgrade-not-found",
  405: "upgrade-not-found",
  401: "upgrade-forbidden",
  403: "upgrade-forbidden",
};

function refused({ path, status, detail }: Attempt): Outcome {
  const shownPath = path.replace(/\?.*/, "");
  const id = status === undefined
    ? "upgrade-cut"
    : byStatus[status] ?? statusFinding(status) ?? "upgrade-failed";
  return found(id, `${shownPath}: ${detail}`, { facts: { path: shownPath, status: status ?? null } });
}
