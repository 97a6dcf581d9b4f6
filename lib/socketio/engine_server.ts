import { EventEmitter } from "node:events";
import { type Place, Places } from "../hub/places.ts";
import { type LastWords, tellAndClose } from "../hub/tell_and_close.ts";
import {
  answerOlderPoll,
  type Ask,
  findFault,
  isForeign,
  isOlder,
  isSurplus,
  olderFrames,
  readAsk,
  versionHint,
} from "./ask.ts";
import { CrossOrigin } from "./cross_origin.ts";
import { type EngineErrorName, type EngineFault, refuse } from "./engine_errors.ts";
import { engineDefaults, type EngineOptions, type PeerInfo } from "./engine_options.ts";
import { EngineSession, type SessionOptions } from "./engine_session.ts";
import { type HandshakeRequest, handshakeRequest } from "./handshake_request.ts";
import type { CloseReason } from "./transport.ts";
import { type WebSocketOptions, WebSocketTransport } from "./websocket_transport.ts";

/** What an {@link EngineServer} emits, with the arguments of its listeners. */
interface EngineEvents {
  connection: [session: EngineSession];
  /** After a session that was told of is over. */
  disconnection: [session: EngineSession, reason: CloseReason, fault: EngineFault | undefined];
}

/** An Engine.IO server, protocol revision 4, for fetch requests and `Deno.upgradeWebSocket`. */
export class EngineServer extends EventEmitter<EngineEvents> {
  readonly #options: EngineOptions;
  readonly #path: string;
  readonly #crossOrigin: CrossOrigin;
  readonly #sessions = new Map<string, EngineSession>();
  /** Sessions, and sockets that outlive theirs until their peers have answered the close. */
  #present = 0;
  #emptied: () => void = () => {};
  #closing: Promise<void> | undefined;
  #admitsMore = true;

  constructor(options: Partial<EngineOptions> = {}) {
    super();
    const places = new Places({ total: 10_000, perAddress: 1000 });
    this.#options = { ...engineDefaults, places, ...options };
    this.#path = withSlash(this.#options.path);
    this.#crossOrigin = new CrossOrigin(this.#options.origins);
  }

  /** How many sessions there are. */
  get clientsCount(): number {
    return this.#sessions.size;
  }

  /** How many sessions there are, by what carries them now. */
  get transports(): { readonly polling: number; readonly websocket: number } {
    const counts = { polling: 0, websocket: 0 };
    for (const session of this.#sessions.values()) counts[session.transport.name] += 1;
    return counts;
  }

  /** A new session's id: whoever knows it can speak for the session. */
  generateId(): string {
    const bytes = crypto.getRandomValues(new Uint8Array(15));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
  }

  /** Serves a request of any kind below the server's path. */
  async handleRequest(request: Request, info: PeerInfo): Promise<Response> {
    const origin = request.headers.get("origin");
    if (!this.#crossOrigin.allows(origin)) return this.#refuse("forbidden", undefined, info.address);
    const response = await this.#answer(request, info);
    if (response.status === 101) return response;
    response.headers.set("cache-control", "no-store");
    response.headers.set("x-content-type-options", "nosniff");
    this.#crossOrigin.mark(response.headers, origin);
    return response;
  }

  /** Takes no more sessions; those that there are go on. */
  stopAdmitting(): void {
    this.#admitsMore = false;
  }

  /** Tells every client, takes no more, and resolves when all are gone or the time for it is over. */
  close(): Promise<void> {
    this.#admitsMore = false;
    return this.#closing ??= this.#takeLeave();
  }

  #answer(request: Request, info: PeerInfo): Response | Promise<Response> {
    const url = new URL(request.url);
    if (!withSlash(url.pathname).startsWith(this.#path)) return this.#refuse("notHere");
    if (request.method === "OPTIONS") return this.#crossOrigin.preflight(request);
    const ask = readAsk(request, url);
    if (ask.isUpgrade && isForeign(ask)) return this.#correct(request, info.address);
    if (isOlder(ask)) return this.#answerOlder(request, ask, info.address);
    const session = this.#sessions.get(ask.sid ?? "");
    if (isSurplus(ask, session)) {
      return this.#tellAndClose(request, { frames: [], code: 1000, reason: "" }, info.address);
    }
    const fault = findFault(ask, session);
    // Balancers pass a 503 on, and the next instance may have the session: it takes this one's new clients.
    if (fault === "unknownSid" && !this.#admitsMore) return this.#refuse("closing");
    if (fault !== undefined) {
      return this.#refuse(fault, isForeign(ask) ? this.#options.wrongProtocol : hints[fault]);
    }
    if (session === undefined) return this.#open(request, ask, handshakeRequest(request, url, info));
    return ask.isUpgrade ? this.#upgrade(request, session) : session.serve(request);
  }

  #open(request: Request, { isUpgrade }: Ask, handshake: HandshakeRequest): Response | Promise<Response> {
    const { remoteAddress } = handshake.connection;
    if (!this.#admitsMore) return this.#refuse("closing", undefined, remoteAddress);
    const place = this.#takePlace(remoteAddress);
    if (place === undefined) return this.#refuse("full", undefined, remoteAddress);
    if (isUpgrade) return this.#openWebSocket(request, handshake, place);
    const session = this.#admit(handshake, place);
    const answer = session.serve(request);
    this.#announce(session);
    return answer;
  }

  #openWebSocket(request: Request, handshake: HandshakeRequest, place: Place): Response {
    const upgraded = startWebSocket(request);
    if (upgraded === undefined) {
      place.letGo();
      return this.#refuse("badRequest");
    }
    this.#listen(upgraded.socket, place, (transport) => {
      if (!this.#admitsMore || !place.hold()) {
        transport.drop();
        return undefined;
      }
      const session = this.#admit(handshake, place, transport);
      this.#announce(session);
      return session;
    });
    return upgraded.response;
  }

  #upgrade(request: Request, session: EngineSession): Response {
    const { place } = session;
    const upgraded = startWebSocket(request);
    if (upgraded === undefined) return this.#refuse("badRequest");
    const upgrade = session.startUpgrade();
    place.hold();
    this.#listen(upgraded.socket, place, (transport) => upgrade.opened(transport), () => upgrade.gone());
    return upgraded.response;
  }

  #listen(
    socket: WebSocket,
    place: Place,
    opened: WebSocketOptions["opened"],
    gone: () => void = () => {},
  ): void {
    const { clock, maxHttpBufferSize, onFault } = this.#options;
    new WebSocketTransport(socket, {
      clock,
      place,
      maxHttpBufferSize,
      onFault,
      opened: (transport) => {
        this.#present += 1;
        return opened(transport);
      },
      gone: () => {
        gone();
        this.#left();
      },
    });
  }

  #takePlace(address: string): Place | undefined {
    try {
      return this.#options.places.take(address);
    } catch {
      return undefined;
    }
  }

  #left(): void {
    this.#present -= 1;
    if (this.#present === 0) this.#emptied();
  }

  #admit(request: HandshakeRequest, place: Place, transport?: WebSocketTransport): EngineSession {
    const id = this.generateId();
    const ended: SessionOptions["ended"] = (session, reason, fault) => {
      this.#sessions.delete(id);
      place.letGo();
      this.#left();
      this.#tell("disconnection", session, reason, fault);
    };
    const session = new EngineSession({
      id,
      request,
      place,
      engine: this.#options,
      ended,
      ...(transport === undefined ? {} : { transport }),
    });
    this.#present += 1;
    this.#sessions.set(id, session);
    return session;
  }

  #announce(session: EngineSession): void {
    this.#tell("connection", session);
  }

  #tell<Name extends keyof EngineEvents>(name: Name, ...values: EngineEvents[Name]): void {
    try {
      // Types of Node and Deno differ in how they tie an event's name to its values.
      Reflect.apply(this.emit, this, [name, ...values]);
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  /** Tells a WebSocket client that speaks something else where it is. */
  #correct(request: Request, address: string): Response {
    const { wrongProtocol: message } = this.#options;
    const frame = { type: "error", status: "error", code: "wrong_protocol", message };
    const words = { frames: [JSON.stringify(frame)], code: 1008, reason: "Socket.IO endpoint" };
    return this.#tellAndClose(request, words, address, message);
  }

  /** Tells a client of an older version which ones work, in its own protocol. */
  #answerOlder(request: Request, { isUpgrade }: Ask, address: string): Response {
    this.#options.onRefused("unsupportedVersion", address);
    if (!isUpgrade) return answerOlderPoll();
    return this.#tellAndClose(request, { frames: olderFrames, code: 1000, reason: "" }, address, versionHint);
  }

  #tellAndClose(request: Request, words: LastWords, address: string, hint?: string): Response {
    const place = this.#takePlace(address);
    if (place === undefined) return this.#refuse("full", hint, address);
    const upgraded = startWebSocket(request);
    if (upgraded === undefined) {
      place.letGo();
      return this.#refuse("badRequest", hint);
    }
    tellAndClose(upgraded.socket, words, { place, clock: this.#options.clock });
    return upgraded.response;
  }

  #refuse(name: EngineErrorName, hint?: string, address?: string): Response {
    this.#options.onRefused(name, address);
    return refuse(name, hint);
  }

  async #takeLeave(): Promise<void> {
    const { clock, closeTimeout } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = clock.after(closeTimeout, resolve);
    for (const session of this.#sessions.values()) session.close();
    this.#emptied = resolve;
    if (this.#present === 0) resolve();
    await promise;
    timer.cancel();
    for (const session of this.#sessions.values()) session.close(true);
  }
}

const hints: Partial<Record<EngineErrorName, string>> = { unsupportedVersion: versionHint };

function withSlash(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}

function startWebSocket(request: Request): Deno.WebSocketUpgrade | undefined {
  try {
    // Dead peers are found by the protocol's own pings.
    return Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  } catch {
    return undefined;
  }
}
