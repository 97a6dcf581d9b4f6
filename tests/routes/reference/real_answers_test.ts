import { assert, assertEquals } from "@std/assert";
import type { Config } from "../../../lib/gateway/mod.ts";
import { type ExactJson, renderSigned } from "../../../lib/protocol/mod.ts";
import { asyncApi } from "../../../routes/reference/asyncapi.ts";
import { openApi } from "../../../routes/reference/openapi.ts";
import { readReference } from "../../helpers/reference.ts";
import { dendriteHeaders } from "../../helpers/dendrite.ts";
import { adminToken } from "../../helpers/gateway.ts";
import { type ApiDocument, SchemaChecker } from "../../helpers/json_schema.ts";
import { JobPeer } from "../../helpers/job_scene.ts";
import { freshNonce, Peer, testKey } from "../../helpers/peer.ts";
import { sampleGame, samplePrediction } from "../../helpers/samples.ts";
import { Scene } from "../../helpers/scene.ts";

const reference = await readReference();
const http = openApi(reference) as unknown as ApiDocument;
const checker = new SchemaChecker(http);
const messages = asyncApi(reference) as unknown as {
  readonly components: {
    readonly schemas: object;
    readonly messages: Readonly<Record<string, { readonly payload: object }>>;
  };
};
const messageChecker = new SchemaChecker(messages);

/** A gateway whose answers are held against the document. */
class Told implements AsyncDisposable {
  readonly seen = new Set<string>();
  key = "";

  private constructor(readonly scene: Scene) {}

  static async start(overrides: Partial<Config> = {}): Promise<Told> {
    const told = new Told(await Scene.start(overrides));
    const { key } = await told.scene.server.admin("POST", "/admin/api-keys", { name: "reader" });
    told.key = String(key);
    return told;
  }

  /** Makes a request; its answer must be one that the document tells of. `path` has its parameters in braces. */
  async call(
    method: string,
    path: string,
    { at = path, query = "", ...init }: RequestInit & { at?: string; query?: string } = {},
  ): Promise<Record<string, unknown>> {
    const admin = path.startsWith("/admin")
      ? { authorization: `Bearer ${adminToken}` }
      : { "x-api-key": this.key };
    const response = await fetch(`${this.scene.server.url}${at}${query}`, {
      method,
      redirect: "manual",
      ...init,
      headers: { ...admin, ...init.headers as Record<string, string> },
    });
    const told = http.paths[path]?.[method.toLowerCase()]?.responses[response.status];
    if (told === undefined) throw new Error(`${method} ${path} is not told to answer ${response.status}`);
    this.seen.add(`${method} ${path} ${response.status}`);
    const type = response.headers.get("content-type")?.split(";")[0] ?? "";
    const content = told.content?.[type] ?? told.content?.["*/*"];
    const text = await response.text();
    assert(text === "" || content !== undefined, `${method} ${path} is not told to answer ${type}`);
    if (content?.schema === undefined) return {};
    const body = JSON.parse(text);
    assertEquals(checker.faults(content.schema, body), "", `${method} ${path}: ${text}`);
    return body;
  }

  post(path: string, body: string): Promise<Record<string, unknown>> {
    return this.call("POST", path, { body });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.scene.stop();
  }
}

Deno.test("what miners are answered over HTTP is as the reference says", async () => {
  await using told = await Told.start();
  const { scene } = told;
  const path = "/api/v1/predictions";
  const again = scene.sign("prediction", samplePrediction("p1"));
  await told.post(path, again);
  await told.post(path, again);
  const batch = [samplePrediction("p2"), samplePrediction("p3", { game_id: "none" })];
  await told.post(path, scene.sign("prediction", { predictions: batch }));
  await told.post(path, scene.sign("prediction", samplePrediction("p4", { game_id: "none" })));
  await told.post(path, scene.sign("prediction", samplePrediction("p1", { wager: 2 })));
  await told.post(path, "{");
  await told.post(path, scene.sign("prediction", samplePrediction("p9"), { key: testKey(99) }));
  await told.call("GET", "/api/v1/games");
  await told.call("GET", "/api/v1/games", { query: "?since=0" });
  await told.call("GET", "/api/v1/games", { query: "?since=x" });
  await told.post("/api/v1/heartbeat", "");
  await told.post("/api/v1/heartbeat", scene.sign("heartbeat", {}));
  const claim = { hotkey: scene.key.address, nonce: freshNonce(), timestamp: new Date().toISOString() };
  const headers = {
    "x-hotkey": claim.hotkey,
    "x-nonce": claim.nonce,
    "x-timestamp": claim.timestamp,
    "x-signature": scene.key.sign(renderSigned(claim)),
  };
  const query = `?hotkey=${claim.hotkey}&since=0`;
  const missed = await told.call("GET", "/api/v1/confirmations", { query, headers });
  assert(Array.isArray(missed["confirmations"]) && missed["confirmations"].length > 0);
  await told.call("GET", "/api/v1/confirmations", { query });
  const statuses = [...told.seen].filter((seen) => seen.includes(path)).map((seen) => seen.slice(-3));
  assertEquals(statuses.sort(), ["200", "400", "403", "409", "422"]);
});

Deno.test("what a dendrite is answered is as the reference says", async () => {
  await using told = await Told.start({ "axon.unsigned_body": true });
  const { scene } = told;
  const axon = scene.server.gateway.validator.address;
  const headers = () => dendriteHeaders(scene.key, { axon, now: Date.now(), uuid: freshNonce() });
  const predict = async (prediction: ExactJson, sent = headers()) => {
    const body = JSON.stringify(prediction);
    return await told.call("POST", "/TeamGamePrediction", { body, headers: sent });
  };
  await predict(samplePrediction("p1"));
  await predict(samplePrediction("p2", { game_id: "none" }));
  await predict({});
  await predict(samplePrediction("p3"), {});
  await told.call("POST", "/GameData", { body: '{"gamedata_dict": null}', headers: headers() });
});

Deno.test("what streams answer over HTTP is as the reference says", async () => {
  await using told = await Told.start();
  await told.call("GET", "/api/v1/streams");
  for (const name of ["network_metrics", "markets_health", "receipts", "peers", "gateway"]) {
    await told.call("GET", "/api/v1/streams/{name}", { at: `/api/v1/streams/${name}` });
    await told.call("GET", "/api/v1/streams/{name}", { at: `/api/v1/streams/${name}`, query: "?since=0" });
  }
  await told.call("GET", "/api/v1/streams/{name}", { at: "/api/v1/streams/blocks" });
});

Deno.test("what operators are answered is as the reference says", async () => {
  await using told = await Told.start();
  const { scene } = told;
  const { address } = testKey(8);
  const miner = { at: `/admin/miners/${address}` };
  await told.call("PUT", "/admin/miners/{hotkey}", { ...miner, body: '{"uid": 8}' });
  await told.call("PUT", "/admin/miners/{hotkey}", { ...miner, body: "[]" });
  await told.call("GET", "/admin/miners");
  await told.call("DELETE", "/admin/miners/{hotkey}", miner);
  await told.call("DELETE", "/admin/miners/{hotkey}", miner);
  await told.call("POST", "/admin/games", { body: JSON.stringify({ games: [sampleGame("g9")] }) });
  await scene.submit(samplePrediction("p1"));
  await told.call("GET", "/admin/predictions");
  const { id } = await told.call("POST", "/admin/api-keys", { body: '{"name": "second"}' });
  await told.call("GET", "/admin/api-keys");
  await told.call("DELETE", "/admin/api-keys/{id}", { at: `/admin/api-keys/${id}` });
  await told.call("DELETE", "/admin/api-keys/{id}", { at: `/admin/api-keys/${id}` });
  const peer = await scene.connect();
  const { connections } = await told.call("GET", "/admin/connections", { query: "?ended=10" });
  const at = `/admin/connections/${(connections as { id: string }[])[0]?.id}`;
  await told.call("GET", "/admin/connections/{id}", { at });
  await told.call("DELETE", "/admin/connections/{id}", { at });
  await peer.ended;
  await told.call("GET", "/admin/connections", { query: "?ended=10" });
  await told.call("GET", "/admin/connections/{id}", { at });
  await told.call("GET", "/admin/connections/{id}", { at: "/admin/connections/none" });
  await told.call("GET", "/admin/miners", { headers: { authorization: "" } });
  for (const path of ["/ws/health", "/healthz", "/readyz", "/metrics", "/docs", "/docs/openapi.json"]) {
    await told.call("GET", path);
  }
  for (const path of ["/", "/ws", "/ws/stream"]) await told.call("GET", path);
  await told.call("POST", "/admin/drain");
  await told.call("GET", "/readyz");
});

Deno.test("what inscription clients are answered is as the reference says", async () => {
  await using told = await Told.start();
  const start = { fileBase64: "SGVsbG8=", fileName: "hello.txt", holderId: "0.0.1001", mode: "file" };
  await told.call("GET", "/inscriptions/websocket-servers");
  const { id } = await told.post("/inscriptions/start-inscription", JSON.stringify(start));
  await told.post("/inscriptions/start-inscription", "{}");
  using peer = new JobPeer(told.scene.server.url, { apiKey: told.key }, { transports: ["websocket"] });
  await peer.connected();
  const followed = await peer.ask("follow-inscription", id);
  assertEquals(followed["success"], true);
  const ended = await peer.toEnd(id);
  const started = await peer.ask("start-inscription", {
    file: { type: "base64", base64: "SGk=", fileName: "hi.txt" },
    holderId: "0.0.1001",
    mode: "file",
  });
  const refused = await peer.ask("start-inscription", {});
  const events = [...ended, ...await peer.toEnd(started["jobId"])];
  const named = [
    ["started", started],
    ["refused", refused],
    ...events.map(({ event, data }) => [event, data]),
  ];
  for (const [name, data] of named) {
    const payload = messages.components.messages[String(name)]?.payload;
    if (payload === undefined) throw new Error(`no message ${name}`);
    assertEquals(messageChecker.faults(payload, data), "", JSON.stringify(data));
  }
  await told.call("GET", "/inscriptions/retrieve-inscription", { query: `?id=${id}` });
  await told.call("GET", "/inscriptions/retrieve-inscription", { query: "?id=none" });
  for (const jobId of [id, "none"]) await told.post("/inscriptions/executed", JSON.stringify({ jobId }));
  await told.call("GET", "/inscriptions/numbers");
  await told.call("GET", "/inscriptions/numbers", { query: "?limit=x" });
  await told.call("GET", "/inscriptions/holder-inscriptions", { query: "?holderId=0.0.1001" });
  await told.call("DELETE", "/inscriptions/{id}", { at: `/inscriptions/${id}` });
  await told.call("GET", "/api/inscriptions/numbers");
  await told.call("GET", "/inscriptions/numbers", { headers: { "x-api-key": "wrong" } });
  await told.call("GET", "/inscriptions/content/{topicId}", { at: "/inscriptions/content/none" });
});

/** Holds frames against the messages of the reference that have one of these names. */
function checkFrames(frames: readonly unknown[], names: Readonly<Record<string, string>>): void {
  for (const frame of frames) {
    const { type } = frame as { type: string };
    const payload = messages.components.messages[names[type] ?? type]?.payload;
    if (payload === undefined) throw new Error(`no message ${type}`);
    assertEquals(messageChecker.faults(payload, frame), "", JSON.stringify(frame));
  }
}

Deno.test("what miners are told on WebSockets is as the reference says", async () => {
  await using told = await Told.start();
  const { scene } = told;
  const { peer, welcome } = await Peer.authenticated(scene.server.ws, scene.key, {
    games: { epoch: "", offset: 0 },
  }, scene.clock);
  peer.socket.send(scene.sign("prediction", samplePrediction("p1")));
  peer.socket.send(scene.sign("prediction", samplePrediction("p2", { game_id: "none" })));
  peer.socket.send(scene.sign("heartbeat", { timestamp: "now" }));
  peer.socket.send("{}");
  await scene.addGames([sampleGame("g2")]);
  const wanted = ["confirmation", "heartbeat_ack", "error", "game_update"];
  while (!wanted.every((type) => peer.frames.some((frame) => frame.type === type))) await peer.next();
  checkFrames([welcome, ...peer.frames], {});
  peer.socket.close();
  await peer.ended;
});

Deno.test("what stream clients are told on WebSockets is as the reference says", async () => {
  await using told = await Told.start();
  const peer = await Peer.open(`${told.scene.server.ws}/stream`);
  const names = ["network_metrics", "markets_health", "receipts", "peers", "gateway"];
  const heartbeat = { type: "heartbeat", data: { timestamp: "now" } };
  for (const message of [{ type: "subscribe", streams: [...names, "blocks"] }, { type: "ping" }, heartbeat]) {
    peer.socket.send(JSON.stringify(message));
  }
  const wanted = [...names, "welcome", "subscribed", "pong", "heartbeat_ack", "error"];
  while (!wanted.every((type) => peer.frames.some((frame) => frame.type === type))) await peer.next();
  peer.socket.send(JSON.stringify({ type: "unsubscribe", streams: names }));
  while (!peer.frames.some((frame) => frame.type === "unsubscribed")) await peer.next();
  checkFrames(peer.frames, {
    ...Object.fromEntries(names.map((name) => [name, "data"])),
    welcome: "stream_welcome",
    error: "stream_error",
    heartbeat_ack: "stream_heartbeat_ack",
  });
  peer.socket.close();
  await peer.ended;
});
