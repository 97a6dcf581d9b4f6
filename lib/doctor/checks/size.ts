import { type Check, type Context, fine, found, patience, skipped } from "../check.ts";
import { bounded, openSocket } from "../dial.ts";
import type { Excess } from "../../protocol/mod.ts";
import { readObject } from "../json.ts";
import type { Known } from "../known.ts";
import { Closed, isAnswer, isError, nextMessage } from "../probe.ts";
import { reasonOf, shown, size as showSize } from "../shown.ts";

/** In bytes, ascending; what a gateway takes by default is the last. */
const sizes = [4 * 1024, 64 * 1024, 256 * 1024, 2 ** 20];
const beforeAuthentication: Excess = "too_large_before_authentication";
/** About a batch of 100 predictions. */
const needed = 64 * 1024;

/** Sends larger and larger messages until one is not taken. */
export const size: Check = {
  id: "size",
  async run(context) {
    const { socket } = context.known;
    if (socket?.probe === undefined || socket.dialect !== "plain") {
      return skipped(socket === undefined ? "no frames pass" : "no message that would be answered");
    }
    let [largest, refusal] = [0, ""];
    for (const bytes of sizes) {
      context.tell(showSize(bytes));
      const refused = await attempt(context, socket, padded(socket.probe, bytes));
      if (refused !== undefined) {
        refusal = `${showSize(bytes)} is not (${refused})`;
        break;
      }
      largest = bytes;
    }
    const facts = { largest_accepted: largest, tried: sizes.at(-1) };
    if (refusal === "") return fine(`messages of ${showSize(largest)} are taken`, facts);
    const detail = `${largest === 0 ? "nothing" : showSize(largest)} is taken, ${refusal}`;
    return largest < needed ? found("size-small", detail, { facts }) : fine(detail, facts);
  },
};

/** Why a message is not taken; undefined: it is. */
async function attempt(
  context: Context,
  { path, isRefused = false }: NonNullable<Known["socket"]>,
  message: string,
): Promise<string | undefined> {
  try {
    return await bounded(context, patience.large, async (scope) => {
      const upgraded = await openSocket(context, scope, path);
      if (!upgraded.opened) return "the upgrade was refused this time";
      await upgraded.socket.send(message);
      const answer = await nextMessage(upgraded.socket, isAnswer);
      await upgraded.socket.close();
      const read = answer.kind === "text" ? readObject(answer.text) : undefined;
      // An error that smaller messages get as well says nothing of the size.
      if (isRefused || !isError(read)) return undefined;
      // Where more is let in after authentication, it has come through all the same.
      return read?.["reason"] === beforeAuthentication ? undefined : shown(String(read?.["message"] ?? ""));
    });
  } catch (error) {
    context.signal.throwIfAborted();
    return error instanceof Closed ? `closed with ${error.code ?? "no code"}` : reasonOf(error);
  }
}

/** The same message, of a given size in bytes. */
function padded(probe: string, bytes: number): string {
  const head = `${probe.slice(0, -1)},"padding":"`;
  return `${head}${"x".repeat(Math.max(0, bytes - head.length - 2))}"}`;
}
