import type { Keypair } from "../../crypto/mod.ts";
import { cryptoReady, verifySignature } from "../../crypto/mod.ts";
import {
  attachSignature,
  composeText,
  formatTimestamp,
  parseMessage,
  readEnvelope,
  renderSigned,
} from "../../protocol/mod.ts";
import { type Check, type Context, fine, found, type Outcome, patience, skipped } from "../check.ts";
import { bounded, fetchPath, openSocket } from "../dial.ts";
import type { FindingId } from "../findings.ts";
import { isRecord, readObject, textOf } from "../json.ts";
import { Closed, nextMessage } from "../probe.ts";
import { reasonOf, shown } from "../shown.ts";

/**
 * Authenticates with the given key where a gateway takes one: over HTTP, which disturbs nobody, else as the first frame
 * of a connection.
 */
export const authentication: Check = {
  id: "key",
  async run(context) {
    const { keypair, known, takeOver } = context;
    if (keypair === undefined) return skipped("no --key=FILE");
    if (known.trusted === false) return found("auth-not-sent", "the certificate is not to be trusted");
    await cryptoReady();
    // What is no gateway has no such path, and what is signed is none of its business.
    const overHttp = known.health === undefined ? undefined : await signedHeartbeat(context, keypair);
    if (overHttp === undefined) return await firstFrame(context, keypair);
    if (overHttp.findings.length > 0 || !takeOver) return overHttp;
    return await firstFrame(context, keypair);
  },
};

/** A signed heartbeat over HTTP; undefined where nobody takes one. */
async function signedHeartbeat(context: Context, keypair: Keypair): Promise<Outcome | undefined> {
  const text = composeText({
    type: "heartbeat",
    sender: keypair.address,
    data: {},
    now: context.clock.now(),
    nonce: nonceOf(context),
    validator: context.known.health?.validator,
  });
  const body = attachSignature(text, keypair.sign(text));
  const path = `${context.known.base}/api/v1/heartbeat`;
  const headers = { "Content-Type": "application/json" };
  const answer = await fetchPath(context, patience.answer, path, { method: "POST", headers, body });
  const { status } = answer.head;
  const read = readObject(answer.body);
  if (status === 200) return accepted(context, answer.body, `${keypair.address} is accepted`);
  const error = isRecord(read?.["error"]) ? read["error"] : {};
  const message = textOf(error["message"]);
  if (message === undefined || status === 404 || status === 405) return undefined;
  return refused(error, message);
}

/** The authentication of Protocol, section 2. */
async function firstFrame(context: Context, keypair: Keypair): Promise<Outcome> {
  const path = minersPath(context);
  if (path === undefined) return skipped(`a key is for ${context.known.base}/ws, which takes no upgrade`);
  try {
    const text = await bounded(
      context,
      patience.welcome,
      (scope) => authenticate(context, keypair, path, scope),
    );
    const message = readObject(text);
    if (message?.["type"] === "error") {
      return refused(message, textOf(message["message"]) ?? "");
    }
    const data = isRecord(message?.["data"]) ? message["data"] : {};
    const uid = ["number", "string"].includes(typeof data["uid"])
      ? ` as uid ${shown(String(data["uid"]), 20)}`
      : "";
    return accepted(context, text, `${keypair.address} is welcomed${uid}`);
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof Closed && error.reason !== "") return refused({}, error.reason);
    return found("auth-no-answer", `${path}: ${reasonOf(error)}`);
  }
}

/** Where miners authenticate; of what is no gateway, where the user says. */
function minersPath({ known, target }: Context): string | undefined {
  const own = `${known.base}/ws`;
  const open = known.attempts?.filter(({ upgraded }) => upgraded).map(({ path }) => path) ?? [];
  const isTheirs = known.health === undefined && target.wantsWebSocket && !target.path.startsWith(`${own}/`);
  return [own, ...(isTheirs ? [target.path] : [])].find((path) => open.includes(path));
}

async function authenticate(
  context: Context,
  keypair: Keypair,
  path: string,
  scope: Parameters<typeof openSocket>[1],
): Promise<string> {
  const upgraded = await openSocket(context, scope, path);
  if (!upgraded.opened) throw new Closed(upgraded.head.status, "");
  const timestamp = formatTimestamp(context.clock.now());
  const text = renderSigned({
    hotkey: keypair.address,
    timestamp,
    nonce: nonceOf(context),
    validator: context.known.health?.validator,
  });
  await upgraded.socket.send(attachSignature(text, keypair.sign(text)));
  const answer = await nextMessage(upgraded.socket, ({ kind, ...rest }) => {
    const message = kind === "text" && "text" in rest ? readObject(rest.text) : undefined;
    return message?.["type"] === "error" || (message?.["type"] === "welcome" && "data" in message);
  });
  await upgraded.socket.close();
  return answer.kind === "text" ? answer.text : "";
}

/** The answer must be signed by the validator that the server names. */
function accepted({ known }: Context, text: string, summary: string): Outcome {
  const signer = signerOf(text);
  const expected = known.health?.validator;
  const facts = { validator: signer ?? null };
  if (signer === undefined) {
    return found("auth-unsigned", "the answer's signature is not by its sender", { facts });
  }
  if (expected !== undefined && signer !== expected) {
    return found("auth-unsigned", `signed by ${signer}, while /ws/health names ${shown(expected, 60)}`, {
      facts,
    });
  }
  return fine(`${summary}, answer signed by ${signer}`, facts);
}

function signerOf(text: string): string | undefined {
  try {
    const { signedText, signature, signer } = readEnvelope(parseMessage(text));
    return verifySignature(signedText, signature, signer) ? signer : undefined;
  } catch {
    return undefined;
  }
}

/** What the words of refusals stand for: their reasons, and their codes where those say it. */
const refusals: ReadonlyMap<unknown, FindingId> = new Map([
  ["not_registered", "auth-not-registered"],
  ["blacklisted", "auth-blacklisted"],
  ["stale", "auth-stale"],
  ["bad_signature", "auth-bad-signature"],
  ["already_connected", "auth-already-connected"],
  ["max_connections", "auth-max-connections"],
]);

function refused({ reason, code }: Readonly<Record<string, unknown>>, message: string): Outcome {
  const id = refusals.get(reason) ?? refusals.get(code) ?? "auth-refused";
  return found(id, shown(message, 200) || shown(textOf(code) ?? ""));
}

function nonceOf({ clock }: Context): string {
  return `doctor.${clock.now()}.${crypto.randomUUID()}`;
}
