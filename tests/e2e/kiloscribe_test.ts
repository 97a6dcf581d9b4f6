import { assert, assertEquals, assertMatch } from "@std/assert";
import { ecdsaAccount, edAccount, FakeMirror } from "../helpers/accounts.ts";
import { startGateway, type TestGateway } from "../helpers/gateway.ts";
import { testWith } from "../helpers/programs.ts";
import { zip } from "../helpers/zip.ts";
import { missingSdk, type SdkOutcome, SdkProcess, sdkVersions } from "./kiloscribe/sdk_process.ts";

const missing = await missingSdk();
const holderId = "0.0.1234";
const account = { accountId: holderId, privateKey: "none is used", network: "testnet" };
const png = Uint8Array.from(
  atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="),
  (character) => character.charCodeAt(0),
);

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 24_576) {
    text += btoa(String.fromCharCode(...bytes.subarray(start, start + 24_576)));
  }
  return text;
}

function fileRequest(bytes: Uint8Array, fileName: string, more: Record<string, unknown> = {}) {
  return { file: { type: "base64", base64: base64(bytes), fileName }, holderId, mode: "file", ...more };
}

/** A gateway, and the SDK as its client. */
class Stage implements AsyncDisposable {
  private constructor(
    readonly server: TestGateway,
    readonly sdk: SdkProcess,
  ) {}

  /** `mount` is where the HTTP paths are; the SDK's own service has them under `/api`. */
  static async open(
    connectionMode: string,
    { apiKey, mount = "/api", discover = false, paymentDelay = 0.5, ...more }: {
      apiKey?: string;
      mount?: string;
      discover?: boolean;
      paymentDelay?: number;
      version?: typeof sdkVersions[number];
      executionMs?: number;
    } = {},
  ): Promise<Stage> {
    const server = await startGateway({
      "inscriptions.allow_private_urls": true,
      "inscriptions.payment_delay": paymentDelay,
    });
    const { key } = await server.admin("POST", "/admin/api-keys", { name: "sdk" });
    const sdk = new SdkProcess({
      baseURL: server.url + mount,
      apiKey: apiKey ?? String(key),
      connectionMode,
      ...more,
      ...(discover ? {} : { wsBaseUrl: server.url }),
    });
    return new Stage(server, sdk);
  }

  /** Inscribes, and answers what the SDK makes of it and what the gateway keeps of it. */
  async inscribe(request: object): Promise<{ outcome: SdkOutcome; record: Record<string, unknown> }> {
    const outcome = await this.sdk.call("inscribeAndExecute", request, account);
    assertEquals(outcome.error, undefined);
    assertEquals(outcome.executed.length, 1);
    const retrieved = await this.sdk.call("retrieveInscription", outcome.executed[0]);
    const record = retrieved.value as Record<string, unknown>;
    const { completed, topicId } = outcome.value as Record<string, unknown>;
    assertEquals([completed, topicId, record["completed"]], [true, record["topic_id"], true]);
    return { outcome, record };
  }

  /** The topic that the SDK names; the oldest only does when it is asked. */
  async topicOf({ error, value, executed }: SdkOutcome): Promise<string> {
    assertEquals(error, undefined);
    const { topicId } = value as Record<string, unknown>;
    return String(topicId ?? (await this.ended(executed[0]))["topic_id"]);
  }

  /** A job as it has ended, as the SDK waits for it. */
  async ended(transactionId: unknown): Promise<Record<string, unknown>> {
    const { error, value } = await this.sdk.call("waitForInscription", transactionId, 200, 50, true);
    assertEquals(error, undefined);
    return value as Record<string, unknown>;
  }

  async content(topicId: string): Promise<{ type: string | undefined; bytes: Uint8Array }> {
    const response = await fetch(`${this.server.url}/inscriptions/content/${topicId}`);
    const type = response.headers.get("content-type")?.split(";")[0];
    return { type, bytes: new Uint8Array(await response.arrayBuffer()) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sdk[Symbol.asyncDispose]();
    await this.server.stop();
  }
}

const percentages = ({ progress = [] }: SdkOutcome) =>
  progress.flatMap(({ progressPercent }) => progressPercent ?? []);

/** Files on a port of this machine. */
function serveFiles(files: Record<string, Uint8Array<ArrayBuffer>>) {
  const types: Record<string, string> = { png: "image/png", json: "application/json" };
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url, method }) => {
    const name = new URL(url).pathname.slice(1);
    const bytes = files[name];
    if (bytes === undefined) return new Response("", { status: 404 });
    const type = types[name.split(".")[1] ?? ""] ?? "application/octet-stream";
    const headers = { "content-type": type, "content-length": String(bytes.length) };
    return new Response(method === "HEAD" ? null : bytes, { headers });
  });
}

for (const version of sdkVersions) {
  for (const { id, privateKey, key } of [edAccount, ecdsaAccount]) {
    // The oldest reads no other private key.
    if (version === "1.0.27" && key._type !== "ED25519") continue;
    testWith(
      missing,
      `the Kiloscribe SDK ${version} signs in with an account's ${key._type} key, and inscribes`,
      async () => {
        await using mirror = new FakeMirror();
        await using server = await startGateway({
          "inscriptions.account_auth": mirror.url,
          "inscriptions.payment_delay": 0.2,
        });
        await using sdk = new SdkProcess({
          version,
          baseURL: `${server.url}/api`,
          wsBaseUrl: server.url,
          connectionMode: "http",
          account: {
            accountId: id,
            privateKey,
            baseUrl: server.url,
            readKey: version === "2.0.9" && key._type === "ED25519",
          },
        });
        const outcome = await sdk.call("inscribeAndExecute", fileRequest(png, "dot.png"), account);
        assertEquals(outcome.error, undefined);
        const { keys } = server.gateway.inscriptions;
        assertEquals((await keys.list()).map(({ name }) => name), [id]);
        assertEquals(mirror.asked, [`/api/v1/accounts/${id}`]);
      },
    );
  }
}

for (const mode of ["websocket", "http"]) {
  testWith(missing, `the Kiloscribe SDK inscribes a collection of JSON as a ZIP over ${mode}`, async () => {
    await using stage = await Stage.open(mode);
    const items = ["1", "2"].map((name) => ({
      name: `${name}.json`,
      bytes: new TextEncoder().encode(JSON.stringify({ name })),
    }));
    const archive = await zip(items);
    const collection = { mode: "hashinal-collection", onlyJSONCollection: true };
    const { record } = await stage.inscribe(fileRequest(archive, "collection.zip", collection));
    assertEquals(await stage.content(String(record["topic_id"])), {
      type: "application/zip",
      bytes: archive,
    });
    const refused = await stage.sdk.call(
      "inscribeAndExecute",
      fileRequest(await zip([{ name: "dot.png", bytes: png }]), "images.zip", collection),
      account,
    );
    assertMatch(refused.error ?? "", /the archive holds dot\.png, expected \.json files alone/);
  });

  testWith(
    missing,
    `the Kiloscribe SDK inscribes over ${mode}, and finds what it has inscribed`,
    async () => {
      await using stage = await Stage.open(mode);
      const { outcome, record } = await stage.inscribe(fileRequest(png, "dot.png", { creator: "me" }));
      const { jobId } = outcome.value as Record<string, string>;
      assertEquals(jobId, mode === "http" ? record["tx_id"] : record["id"]);
      assertEquals(percentages(outcome).at(-1), mode === "http" ? 100 : 99);
      assertEquals(outcome.executed, [record["tx_id"]]);
      assertEquals(await stage.content(String(record["topic_id"])), { type: "image/png", bytes: png });
      const byJob = await stage.sdk.call("retrieveInscription", record["id"]);
      assertEquals({ ...byJob.value as object, jobId: "" }, { ...record, jobId: "" });
      const numbers = await stage.sdk.call("getInscriptionNumbers", { limit: 5, sort: "desc" });
      const [first, ...rest] = numbers.value as Record<string, unknown>[];
      assertEquals([first?.["inscription_number"], first?.["t_id"], rest.length], [1, record["topic_id"], 0]);
      const held = await stage.sdk.call("getHolderInscriptions", { holderId, includeCollections: true });
      assertEquals((held.value as Record<string, unknown>[]).map(({ id }) => id), [record["id"]]);
      assertEquals((await stage.sdk.call("getHolderInscriptions", { holderId: "0.0.9" })).value, []);
    },
  );

  testWith(missing, `the Kiloscribe SDK inscribes a hashinal over ${mode}`, async () => {
    await using stage = await Stage.open(mode);
    const metadataObject = { name: "Dot", creator: "me", description: "one pixel" };
    const { record } = await stage.inscribe(
      fileRequest(png, "dot.png", { mode: "hashinal", metadataObject }),
    );
    const { bytes, type } = await stage.content(String(record["jsonTopicId"]));
    assertEquals(type, "application/json");
    const { name, image } = JSON.parse(new TextDecoder().decode(bytes));
    assertEquals([name, image], ["Dot", `hcs://1/${record["topic_id"]}`]);
  });

  testWith(missing, `the Kiloscribe SDK has files fetched from URLs over ${mode}`, async () => {
    await using files = serveFiles({
      "dot.png": png,
      "dot.json": new TextEncoder().encode('{"name":"Dot"}'),
    });
    const base = `http://127.0.0.1:${files.addr.port}`;
    await using stage = await Stage.open(mode);
    const file = { type: "url", url: `${base}/dot.png` };
    const { record } = await stage.inscribe({ file, holderId, mode: "file" });
    assertEquals(await stage.content(String(record["topic_id"])), { type: "image/png", bytes: png });
    const hashinal = { file, holderId, mode: "hashinal", jsonFileURL: `${base}/dot.json` };
    assertMatch(String((await stage.inscribe(hashinal)).record["jsonTopicId"]), /^0\.0\.\d+$/);
  });

  testWith(
    missing,
    `a file of 2 MB that the Kiloscribe SDK inscribes over ${mode} comes back byte for byte`,
    async () => {
      await using stage = await Stage.open(mode);
      // The SDK counts padding as content, so that the largest file has none.
      const bytes = new Uint8Array(2 * 1024 * 1024 - 2);
      for (let start = 0; start < bytes.length; start += 65_536) {
        crypto.getRandomValues(bytes.subarray(start, Math.min(bytes.length, start + 65_536)));
      }
      const { outcome, record } = await stage.inscribe(fileRequest(bytes, "noise.fbx"));
      const content = await stage.content(String(record["topic_id"]));
      assertEquals(content.bytes.length, bytes.length);
      assert(content.bytes.every((byte, index) => byte === bytes[index]));
      const [paid, ...rising] = percentages(outcome);
      assertEquals(paid, 5);
      assertEquals(rising, rising.toSorted((a, b) => a - b));
    },
  );

  testWith(missing, `the Kiloscribe SDK is told over ${mode} that its API key is wrong`, async () => {
    await using stage = await Stage.open(mode, { apiKey: "wrong" });
    const { error, executed } = await stage.sdk.call(
      "inscribeAndExecute",
      fileRequest(png, "dot.png"),
      account,
    );
    assertEquals(executed, []);
    assertMatch(error ?? "", /Invalid API key$/);
  });

  testWith(missing, `the Kiloscribe SDK is told over ${mode} why a file is refused`, async () => {
    await using stage = await Stage.open(mode);
    const request = fileRequest(png, "dot.png", { holderId: "nobody" });
    const { error } = await stage.sdk.call("inscribeAndExecute", request, account);
    assertMatch(error ?? "", /holderId/);
  });
}

testWith(
  missing,
  "the Kiloscribe SDK finds the server for its WebSocket by itself, with paths under / too",
  async () => {
    await using stage = await Stage.open("websocket", { mount: "", discover: true });
    const { outcome, record } = await stage.inscribe(fileRequest(png, "dot.png"));
    assertEquals((outcome.value as Record<string, unknown>)["jobId"], record["id"]);
  },
);

for (const version of sdkVersions) {
  const count = 125;

  testWith(
    missing,
    `the Kiloscribe SDK ${version} gets the topic of each of ${count} inscriptions one after the other, and its refusals`,
    async () => {
      await using stage = await Stage.open("websocket", { version, paymentDelay: 0 });
      const texts = Array.from({ length: count }, (_, index) => `${version} ${index}`);
      const requests = texts.map((text, index) => {
        const more = index % 5 === 4 ? { holderId: "nobody" } : {};
        return fileRequest(new TextEncoder().encode(text), "note.txt", more);
      });
      const { value } = await stage.sdk.call("inscribeEach", requests, account);
      for (const [index, outcome] of (value as SdkOutcome[]).entries()) {
        if (index % 5 === 4) {
          assertMatch(outcome.error ?? "", /holderId/);
          assertEquals(outcome.executed, []);
        } else {
          const { bytes } = await stage.content(await stage.topicOf(outcome));
          assertEquals(new TextDecoder().decode(bytes), texts[index]);
        }
      }
    },
  );

  testWith(
    missing,
    `the Kiloscribe SDK ${version} gets job, transaction and topic of a job whose execution takes three seconds`,
    async () => {
      await using stage = await Stage.open("websocket", { version, executionMs: 3000, paymentDelay: 5 });
      const outcome = await stage.sdk.call("inscribeAndExecute", fileRequest(png, "dot.png"), account);
      const { jobId, transactionId } = outcome.value as Record<string, unknown>;
      assertEquals([transactionId, outcome.executed.length], [outcome.executed[0], 1]);
      const record = await stage.ended(transactionId);
      assertEquals(jobId, version === "1.0.27" ? record["tx_id"] : record["id"]);
      const { topicId = record["topic_id"], completed = true } = outcome.value as Record<string, unknown>;
      assertEquals([topicId, completed], [record["topic_id"], true]);
      assertEquals((await stage.content(String(topicId))).bytes, png);
    },
  );
}
