import { type Keypair, keypairFromSeed, verifySignature } from "../../lib/crypto/mod.ts";
import {
  attachSignature,
  type Authentication,
  type Clock,
  composeText,
  type Envelope,
  type ErrorCode,
  type ErrorFrame,
  errorKinds,
  type ExactObject,
  formatTimestamp,
  noReceipt,
  parseMessage,
  parseTimestamp,
  type Position,
  readAuthentication,
  readEnvelope,
  readPredictions,
  type Receipt,
  receiptHash,
  type ReceivedPrediction,
  systemClock,
} from "../../lib/protocol/mod.ts";
import type { Fetch, WebSocketClass } from "../../lib/client/mod.ts";
import { type Link, type LinkEvents, loopbackWebSocket } from "./loopback_socket.ts";

/** A validator's answer: an error frame without what the fake fills in. */
type FakeError = Partial<Omit<ErrorFrame, "code">> & { readonly code: string };

/** What the fake does with a message: decide on its predictions, say nothing, drop the connection, or an error. */
export type FakeAnswer = "decide" | "ignore" | "drop" | FakeError;

interface Publication {
  readonly offset: number;
  readonly data: ExactObject;
}

/** A connection as the fake sees it. */
class FakePeer {
  hotkey: string | undefined;
  open = true;
  /** False: frames to the miner vanish, as on a half-open connection. */
  passing = true;
  readonly received: string[] = [];

  constructor(readonly link: Link) {}

  send(text: string): void {
    if (this.open && this.passing) this.link.send(text);
  }

  /** An error frame, and the close that goes with it. */
  refuse(error: FakeError, close: { code: number; reason: string }): void {
    this.send(errorText(error));
    this.close(close.code, close.reason);
  }

  close(code: number, reason: string): void {
    this.open = false;
    this.link.close(code, reason);
  }
}

/** A validator that follows a script. Reached over loopback, or over the network after {@link listen}. */
export class FakeValidator {
  readonly key: Keypair;
  readonly clock: Clock;
  readonly peers: FakePeer[] = [];
  readonly authentications: Authentication[] = [];
  /** Every prediction message, in order of arrival. */
  readonly messages: { readonly ids: string[]; readonly size: number; readonly via: "ws" | "http" }[] = [];
  /** What the miner did that a validator would refuse. */
  readonly faults: string[] = [];
  /** The texts of accepted predictions. */
  readonly accepted = new Map<string, string>();
  /** The receipts given, by `prediction_id`. */
  readonly receipts = new Map<string, Receipt>();
  /** What becomes of a receipt before it is given. */
  spoil: (receipt: Receipt) => Receipt = (receipt) => receipt;
  readonly requests: string[] = [];
  epoch = "epoch-1";
  uid: number | undefined = 7;
  games: ExactObject[] = [];
  /** How far the validator's clock is ahead, in milliseconds. */
  skewMs = 0;
  upgrades: "accept" | "refuse" | "swallow" = "accept";
  /** Takes the place of the welcome. */
  onAuthentication: ((peer: FakePeer) => "welcome" | void) | undefined;
  onMessage: (ids: readonly string[], envelope: Envelope) => FakeAnswer = () => "decide";
  /** The reason to refuse a prediction, undefined: it is accepted. */
  rule: (prediction: ReceivedPrediction) => string | undefined = () => undefined;
  /** Answers a request in the place of the fake's own answer. */
  onRequest: ((request: Request) => Response | undefined) | undefined;
  /** Whether the answers to POST requests get lost on their way. */
  losesAnswers = false;
  /** How often each confirmation is sent. */
  copies = 1;
  /** Called with every frame that a miner sends. */
  onFrame: (message: ExactObject, peer: FakePeer) => void = () => {};
  readonly WebSocket: WebSocketClass;
  readonly fetch: Fetch;
  readonly #gameHistory: Publication[] = [];
  readonly #confirmations: (Publication & { readonly text: string })[] = [];
  readonly #nonces = new Set<string>();
  #gamesOffset = 0;
  #count = 0;
  #news = Promise.withResolvers<void>();

  constructor({ seed = 200, clock = systemClock }: { seed?: number; clock?: Clock } = {}) {
    this.key = keypairFromSeed(new Uint8Array(32).fill(seed));
    this.clock = clock;
    this.WebSocket = loopbackWebSocket((link) => this.upgrades === "refuse" ? undefined : this.accept(link));
    this.fetch = async (url, init) => {
      const request = new Request(url, init);
      const response = await this.#request(request);
      request.signal.throwIfAborted();
      return response;
    };
  }

  /** The connections that are authenticated and open. */
  get miners(): FakePeer[] {
    return this.peers.filter(({ open, hotkey }) => open && hotkey !== undefined);
  }

  get latestPeer(): FakePeer {
    const peer = this.peers.at(-1);
    if (peer === undefined) throw new Error("No miner has connected");
    return peer;
  }

  /** Serves on a free port until disposed of. */
  listen(): { url: string; [Symbol.asyncDispose](): Promise<void> } {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      if (request.headers.get("upgrade") !== "websocket") return this.#request(request);
      if (this.upgrades === "refuse") return new Response("no upgrades here", { status: 503 });
      const { socket, response } = Deno.upgradeWebSocket(request);
      const events = this.accept({
        send: (text) => socket.readyState === WebSocket.OPEN && socket.send(text),
        close: (code, reason) => socket.close(code, reason),
      });
      socket.onmessage = ({ data }) => events.receive(data);
      socket.onclose = () => events.closed();
      return response;
    });
    const dispose = async () => {
      for (const peer of this.peers) if (peer.open) peer.close(1001, "");
      await server.shutdown();
    };
    return { url: `ws://127.0.0.1:${server.addr.port}`, [Symbol.asyncDispose]: dispose };
  }

  accept(link: Link): LinkEvents {
    const peer = new FakePeer(link);
    this.peers.push(peer);
    return {
      receive: (text) => this.#receive(peer, text),
      closed: () => void (peer.open = false),
    };
  }

  /** A signed message. */
  sign(type: string, data: ExactObject, key: Keypair = this.key): string {
    const nonce = `validator-${this.#count++}`;
    const text = composeText({ type, sender: key.address, data, now: this.now(), nonce });
    return attachSignature(text, key.sign(text));
  }

  now(): number {
    return this.clock.now() + this.skewMs;
  }

  /** Publishes changed games; `lost`: the update goes into the history but to nobody. */
  publish(games: ExactObject[], { lost = false } = {}): void {
    const offset = ++this.#gamesOffset;
    const data = { games, epoch: this.epoch, offset, timestamp: formatTimestamp(this.now()) };
    this.games = games;
    this.#gameHistory.push({ offset, data });
    const text = this.sign("game_update", data);
    if (!lost) { for (const peer of this.miners) peer.send(text); }
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  /** Numbering starts anew, as after a restart that lost the history. */
  restart(epoch: string): void {
    this.epoch = epoch;
    this.#gamesOffset = 0;
    this.#gameHistory.length = 0;
    this.#confirmations.length = 0;
    for (const peer of this.miners) peer.close(1006, "");
  }

  #receive(peer: FakePeer, text: string): void {
    if (this.upgrades === "swallow" || !peer.passing || !peer.open) return;
    peer.received.push(text);
    const message = parseMessage(text);
    this.onFrame(message, peer);
    if (peer.hotkey === undefined) return this.#authenticate(peer, readAuthentication(message));
    const envelope = readEnvelope(message);
    const error = this.#check(envelope);
    if (error !== undefined) return peer.send(errorText({ ...error, in_reply_to: envelope.nonce }));
    if (envelope.type === "heartbeat") peer.send(this.sign("heartbeat_ack", {}));
    if (envelope.type !== "prediction") return;
    const answer = this.#predictions(envelope, text.length, "ws");
    if (answer === "drop") return peer.close(1006, "");
    if (answer === "ignore") return;
    if (!Array.isArray(answer)) {
      return peer.send(errorText({ in_reply_to: envelope.nonce, ...answer as FakeError }));
    }
    for (const confirmation of answer) {
      for (let copy = 0; copy < this.copies; copy++) peer.send(confirmation);
    }
  }

  #authenticate(peer: FakePeer, authentication: Authentication): void {
    this.authentications.push(authentication);
    const error = this.#check(authentication);
    if (error !== undefined) return peer.refuse(error, { code: 1008, reason: "Not authorized" });
    if (this.onAuthentication !== undefined && this.onAuthentication(peer) !== "welcome") return;
    peer.hotkey = authentication.signer;
    this.#welcome(peer, authentication.recover);
  }

  #welcome(peer: FakePeer, { games, confirmations }: Authentication["recover"]): void {
    const missedGames = recovered(games, this.epoch, this.#gameHistory);
    const missed = recovered(confirmations, this.epoch, this.#confirmations);
    peer.send(this.sign("welcome", {
      message: "Connection established",
      status: "success",
      uid: this.uid,
      epoch: this.epoch,
      channels: { games: this.#gamesOffset, confirmations: this.#confirmations.length },
      recovered: { games: missedGames !== undefined, confirmations: confirmations && missed !== undefined },
    }));
    for (const { data } of missedGames ?? []) peer.send(this.sign("game_update", data));
    if (missedGames === undefined) {
      const data = { games: this.games, epoch: this.epoch, offset: this.#gamesOffset, snapshot: true };
      peer.send(this.sign("game_update", data));
    }
    for (const { text } of missed ?? []) peer.send(text);
  }

  #check(
    message: { signer: string; timestamp: string; nonce: string; signature: string; signedText: string },
  ) {
    const { signer, timestamp, nonce, signature, signedText } = message;
    if (!verifySignature(signedText, signature, signer)) {
      this.faults.push(`bad signature: ${signedText}`);
      return { code: "not_authorized", message: "Not authorized: bad signature" };
    }
    const off = Math.round((this.now() - (parseTimestamp(timestamp) ?? 0)) / 1000);
    if (Math.abs(off) > 300) {
      const time = formatTimestamp(this.now());
      const detail = `timestamp ${timestamp} is ${off} s off the server's clock (${time}), allowed 300 s`;
      return { code: "not_authorized", message: `Not authorized: ${detail}` };
    }
    if (this.#nonces.has(nonce)) {
      this.faults.push(`replayed nonce: ${nonce}`);
      return { code: "replayed", message: "Not authorized: replayed" };
    }
    this.#nonces.add(nonce);
    return undefined;
  }

  #predictions(envelope: Envelope, size: number, via: "ws" | "http"): FakeAnswer | string[] {
    const predictions = readPredictions(envelope);
    const ids = predictions.map(({ fields }) => fields.prediction_id);
    this.messages.push({ ids, size, via });
    const answer = this.onMessage(ids, envelope);
    return answer === "decide" ? predictions.map((prediction) => this.#decide(prediction)) : answer;
  }

  #decide(prediction: ReceivedPrediction): string {
    const id = prediction.fields.prediction_id;
    const before = this.accepted.get(id);
    if (before !== undefined && before !== prediction.text) this.faults.push(`other content for ${id}`);
    const refusal = before === undefined ? this.rule(prediction) : undefined;
    if (refusal === undefined) this.accepted.set(id, prediction.text);
    const offset = this.#confirmations.length + 1;
    const receipt = refusal === undefined ? this.#receiptOf(prediction) : undefined;
    const data = {
      prediction_id: id,
      status: refusal === undefined ? "success" : "error",
      message: refusal ?? "Prediction accepted",
      timestamp: formatTimestamp(this.now()),
      epoch: this.epoch,
      offset,
      receipt: receipt && { ...receipt },
      duplicate: before === undefined ? undefined : true,
    };
    const text = this.sign("confirmation", data);
    this.#confirmations.push({ offset, data, text });
    return text;
  }

  /** The next receipt, or the one that a prediction has already. */
  #receiptOf({ fields, hash }: ReceivedPrediction): Receipt {
    const given = this.receipts.get(fields.prediction_id);
    if (given !== undefined) return given;
    const before = [...this.receipts.values()].at(-1);
    const number = this.receipts.size + 1;
    const previous = before === undefined ? noReceipt : receiptHash(before);
    const receipt = this.spoil({ sequence: number, hash, previous, miner_sequence: number });
    this.receipts.set(fields.prediction_id, receipt);
    return receipt;
  }

  async #request(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/ws/health") return Response.json({ status: "online", validator: this.key.address });
    this.requests.push(`${request.method} ${pathname}`);
    const scripted = this.onRequest?.(request);
    if (scripted !== undefined) return scripted;
    if (pathname === "/api/v1/games") return await this.#getGames(searchParams, request.signal);
    if (pathname === "/api/v1/confirmations") return this.#getConfirmations(searchParams, request.headers);
    return this.#post(await request.text());
  }

  #post(text: string): Response {
    const envelope = readEnvelope(parseMessage(text));
    const error = this.#check(envelope);
    if (error !== undefined) return errorResponse(error);
    const answer = this.#predictions(envelope, text.length, "http");
    if (answer === "drop" || answer === "ignore" || this.losesAnswers) {
      throw new TypeError("connection reset");
    }
    if (!Array.isArray(answer)) return errorResponse(answer as FakeError);
    if ("predictions" in envelope.data) return new Response(`{"confirmations": [${answer.join(", ")}]}`);
    return new Response(answer[0], { status: answer[0]?.includes('"status": "error"') ? 422 : 200 });
  }

  async #getGames(query: URLSearchParams, signal: AbortSignal): Promise<Response> {
    const atTop = query.get("epoch") === this.epoch && Number(query.get("since")) === this.#gamesOffset;
    if (atTop && query.has("wait")) await this.#waitForNews(Number(query.get("wait")), signal);
    return Response.json({ epoch: this.epoch, offset: this.#gamesOffset, games: this.games });
  }

  async #waitForNews(seconds: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.clock.after(1000 * seconds, resolve);
    signal.addEventListener("abort", () => resolve());
    await Promise.race([this.#news.promise, promise]);
    timer.cancel();
  }

  #getConfirmations(query: URLSearchParams, headers: Headers): Response {
    const [hotkey, timestamp, nonce] = ["x-hotkey", "x-timestamp", "x-nonce"].map((name) =>
      headers.get(name) ?? ""
    );
    const signedText = `{"hotkey": "${hotkey}", "nonce": "${nonce}", "timestamp": "${timestamp}"}`;
    if (!verifySignature(signedText, headers.get("x-signature") ?? "", hotkey ?? "")) {
      this.faults.push("unsigned request for confirmations");
    }
    const missed = this.#confirmations.filter(({ offset }) => offset > Number(query.get("since")));
    return new Response(
      `{"uid": ${this.uid ?? null}, "epoch": "${this.epoch}", "confirmations": [${
        missed.map(({ text }) => text).join(", ")
      }]}`,
    );
  }
}

function recovered<T extends Publication>(
  from: Position | undefined,
  epoch: string,
  history: T[],
): T[] | undefined {
  return from?.epoch === epoch ? history.filter(({ offset }) => offset > from.offset) : undefined;
}

function errorText(error: FakeError): string {
  return JSON.stringify({ type: "error", status: "error", message: error.code, ...error });
}

function errorResponse(error: FakeError): Response {
  const { status } = errorKinds[error.code as ErrorCode];
  const seconds = Math.ceil((error.retry_after_ms ?? 0) / 1000);
  const headers = seconds === 0 ? undefined : { "retry-after": String(seconds) };
  const { code, message = code } = error;
  return Response.json({ error: { code, message } }, { status, ...(headers && { headers }) });
}
