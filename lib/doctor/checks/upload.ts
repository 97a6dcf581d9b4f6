import { type Check, type Context, fine, found, patience, skipped } from "../check.ts";
import { bounded, dial } from "../dial.ts";
import { isRecord, readObject } from "../json.ts";
import { announce, bodyOf } from "../net/http.ts";
import type { Reader } from "../net/reader.ts";
import type { Head } from "../net/http.ts";
import { TimedOut } from "../net/scope.ts";
import { size as showSize } from "../shown.ts";
import { statusText } from "./http.ts";

const path = "/inscriptions/start-inscription";
/** In bytes, ascending: the last is the largest body that a gateway takes. */
const sizes = [2 ** 20, 2 * 2 ** 20, 3 * 2 ** 20];

/** Announces larger and larger bodies, which are not sent: a proxy that limits them says so at once. */
export const upload: Check = {
  id: "upload",
  async run(context) {
    if (context.known.health === undefined) return skipped("no gateway's /ws/health here");
    let largest = 0;
    for (const bytes of sizes) {
      context.tell(showSize(bytes));
      const answer = await attempt(context, bytes);
      if (answer === undefined) return skipped(`no answer to a body that is announced`);
      const facts = { largest_accepted: largest, tried: bytes };
      if (answer.isRefused) {
        const taken = largest === 0 ? "" : `, ${showSize(largest)} is taken`;
        return found("body-limit", `${answer.text} to a body of ${showSize(bytes)}${taken}`, { facts });
      }
      largest = bytes;
    }
    return fine(`bodies of ${showSize(largest)} are let through`, { largest_accepted: largest });
  },
};

interface Verdict {
  readonly isRefused: boolean;
  readonly text: string;
}

/** What is said of a body before it comes; undefined: nothing. */
async function attempt(context: Context, bytes: number): Promise<Verdict | undefined> {
  const { authority } = context.target;
  const headers = {
    "Content-Type": "application/json",
    "Content-Length": String(bytes),
    Expect: "100-continue",
  };
  try {
    return await bounded(context, patience.health, async (scope) => {
      const request = { method: "POST", authority, path: `${context.known.base}${path}`, headers } as const;
      const { head, reader } = await announce(await dial(context, scope), request);
      return { isRefused: head.status === 413 && !await isOurs(head, reader), text: statusText(head) };
    });
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof TimedOut) return undefined;
    throw error;
  }
}

/** Whether an answer has the error of a gateway in it. */
async function isOurs(head: Head, reader: Reader): Promise<boolean> {
  const { value } = await bodyOf(head, reader).next();
  const body = value === undefined ? undefined : readObject(new TextDecoder().decode(value));
  return isRecord(body?.["error"]);
}
