import type { EngineErrorName } from "./engine_errors.ts";
import type { EngineSession } from "./engine_session.ts";

/** What a request asks for, by its method, its query and its wish to become a WebSocket. */
export interface Ask {
  readonly method: string;
  readonly transport: string | null;
  readonly sid: string | null;
  readonly version: string | null;
  readonly isJsonp: boolean;
  readonly isUpgrade: boolean;
}

/** Reads what a request asks for. */
export function readAsk(request: Request, { searchParams }: URL): Ask {
  return {
    method: request.method,
    transport: searchParams.get("transport"),
    sid: searchParams.get("sid") || null,
    version: searchParams.get("EIO"),
    isJsonp: searchParams.has("j"),
    isUpgrade: request.headers.get("upgrade")?.toLowerCase() === "websocket",
  };
}

/** Whether it was sent by somebody who does not speak Engine.IO at all. */
export function isForeign({ transport, sid, version }: Ask): boolean {
  return transport === null && sid === null && version === null;
}

/** Whether it asks for a session in revision 3 of the protocol, as clients of Socket.IO 1 and 2 do. */
export function isOlder({ method, transport, sid, version, isJsonp, isUpgrade }: Ask): boolean {
  const isWhole = isUpgrade ? transport === "websocket" : transport === "polling" && !isJsonp;
  return version === "3" && sid === null && method === "GET" && isWhole;
}

/** Whether it is a WebSocket for a session that has one, or that tries one: the original opens it and closes it at once. */
export function isSurplus(
  { transport, version, isUpgrade }: Ask,
  session: EngineSession | undefined,
): boolean {
  return session?.isUpgradable === false && isUpgrade && transport === "websocket" && version === "4";
}

type Rule = (ask: Ask, session: EngineSession | undefined) => boolean;

// In the order in which the original looks.
const rules: readonly (readonly [EngineErrorName, Rule])[] = [
  ["unknownTransport", ({ transport }) => transport !== "polling" && transport !== "websocket"],
  ["unknownSid", ({ sid }, session) => sid !== null && session === undefined],
  ["badRequest", (ask, session) => session !== undefined && !fits(ask, session)],
  ["badHandshakeMethod", ({ method }, session) => session === undefined && method !== "GET"],
  ["badRequest", ({ transport, isUpgrade }) => (transport === "websocket") !== isUpgrade],
  ["unsupportedVersion", ({ version, isJsonp }) => version !== "4" || isJsonp],
];

function fits({ method, transport, version, isUpgrade }: Ask, session: EngineSession): boolean {
  if (version !== "4") return false;
  if (isUpgrade) return session.isUpgradable;
  return session.transport.name === transport && (method === "GET" || method === "POST");
}

/** What is wrong with it, if anything. */
export function findFault(ask: Ask, session: EngineSession | undefined): EngineErrorName | undefined {
  return rules.find(([_, isBroken]) => isBroken(ask, session))?.[0];
}

/** Whether a request that came to another path is a Socket.IO client's: it names a protocol revision and a transport. */
export function looksLikeEngineIo(url: URL): boolean {
  return /^\d$/.test(url.searchParams.get("EIO") ?? "") && url.searchParams.has("transport");
}

/** What clients of another protocol revision are told. */
export const versionHint = "Socket.IO clients of versions 3 and 4 (EIO=4) work here, those of 1 and 2 do not";

const handshake = { sid: "none", upgrades: [], pingInterval: 25_000, pingTimeout: 20_000 };

/**
 * What a client of Socket.IO 1 or 2 reads as a session that ends with an error for its application, which never sees the
 * answer to a refused request.
 */
export const olderFrames: readonly string[] = [
  `0${JSON.stringify(handshake)}`,
  `44${JSON.stringify(versionHint)}`,
];

/** The same as one answer to its poll, in revision 3's framing. */
export function answerOlderPoll(): Response {
  const body = [...olderFrames, "1"].map((packet) => `${packet.length}:${packet}`).join("");
  return new Response(body, { headers: { "content-type": "text/plain; charset=UTF-8" } });
}
