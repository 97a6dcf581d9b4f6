import { assert, assertEquals } from "@std/assert";
import {
  type InscribeRequest,
  JobClient,
  type JobClientOptions,
  type JobConnectionMode,
  type JobProgress,
  type JobResult,
} from "../../../lib/client/mod.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { startGateway, type TestGateway } from "../../helpers/gateway.ts";
import { ServerProcess, TemporaryFolder } from "../../helpers/process.ts";
import { jobErrorOf } from "./job_scene.ts";
import { TcpProxy } from "./tcp_proxy.ts";
import { until } from "../../helpers/until.ts";

const paymentDelay = 5000;

/** Bytes that do not compress, so that there are many messages. */
function fileOf(size: number): InscribeRequest {
  const bytes = new Uint8Array(size);
  for (let start = 0; start < size; start += 65_536) {
    crypto.getRandomValues(bytes.subarray(start, Math.min(size, start + 65_536)));
  }
  return { file: { bytes, name: "file.bin" }, holderId: "0.0.1001" };
}

/** Executes nothing, so that jobs wait. */
const pay = () => new Promise(() => {});

/** A gateway behind a proxy, and a client of it. */
class Stage implements AsyncDisposable {
  readonly seen: JobProgress[] = [];
  readonly started = Promise.withResolvers<string>();
  client: JobClient | undefined;

  private constructor(
    readonly server: Pick<TestGateway, "url" | "admin">,
    readonly proxy: TcpProxy,
    readonly apiKey: string,
  ) {}

  static async open(server: Pick<TestGateway, "url" | "admin">): Promise<Stage> {
    const { key } = await server.admin("POST", "/admin/api-keys", { name: "test" });
    return new Stage(server, new TcpProxy(server.url), String(key));
  }

  connect(options: Partial<JobClientOptions> = {}): JobClient {
    const quick = { reconnectInterval: 10, maxReconnectInterval: 50, random: () => 0 };
    return this.client = new JobClient({ url: this.proxy.url, apiKey: this.apiKey, ...quick, ...options });
  }

  inscribe(request: InscribeRequest): Promise<JobResult> {
    const result = (this.client ?? this.connect()).inscribe(request, {
      onStarted: ({ jobId }) => this.started.resolve(jobId),
      onProgress: (progress) => this.seen.push(progress),
    });
    result.catch(this.started.reject);
    return result;
  }

  /** Waits until the client uses a transport. */
  async carriedBy(transport: string): Promise<void> {
    await until(() => this.client?.transport === transport, `the transport ${transport}`);
  }

  /** What was inscribed is what the gateway gives back, and progress rose to its end. */
  async assertWhole({ file }: InscribeRequest, { jobId, topicId }: JobResult): Promise<void> {
    const response = await fetch(`${this.server.url}/inscriptions/content/${topicId}`);
    assertEquals(new Uint8Array(await response.arrayBuffer()), "bytes" in file ? file.bytes : undefined);
    const percentages = this.seen.map(({ progress }) => progress);
    assertEquals(percentages, percentages.toSorted((a, b) => a - b));
    assertEquals(percentages.at(-1), 100);
    assertEquals([...new Set(this.seen.map((progress) => progress.jobId))], [jobId]);
  }

  /** How many jobs there are of this key. */
  async jobs(): Promise<number> {
    const url = `${this.server.url}/inscriptions/holder-inscriptions?holderId=0.0.1001`;
    const response = await fetch(url, { headers: { "x-api-key": this.apiKey } });
    return (await response.json()).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client?.close();
    await this.proxy[Symbol.asyncDispose]();
  }
}

for (const mode of ["auto", "websocket", "http"] as const satisfies JobConnectionMode[]) {
  Deno.test(`mode ${mode}: a file is inscribed at a gateway and comes back byte for byte`, async () => {
    await using server = await startGateway();
    await using stage = await Stage.open(server);
    stage.connect({ mode });
    const request = fileOf(300_000);
    await stage.assertWhole(request, await stage.inscribe(request));
    assertEquals(stage.client?.transport, mode === "http" ? "http" : "websocket");
  });

  Deno.test(`mode ${mode}: a gateway that waits for the payment is told of it`, async () => {
    await using server = await startGateway({ "inscriptions.payment": "wait" });
    await using stage = await Stage.open(server);
    stage.connect({ mode });
    const request = fileOf(1000);
    await stage.assertWhole(request, await stage.inscribe(request));
  });

  Deno.test(`mode ${mode}: a wrong key is refused at once by a gateway`, async () => {
    await using server = await startGateway();
    await using stage = await Stage.open(server);
    const error = await jobErrorOf(stage.connect({ mode, apiKey: "wrong" }).inscribe(fileOf(10)));
    assertEquals([error.code, error.message, error.retry], ["unauthorized", "Invalid API key", false]);
  });

  Deno.test(`mode ${mode}: connections that are cut in the middle of a job cost nothing of it`, async () => {
    const clock = new FakeClock();
    await using server = await startGateway({ "inscriptions.payment_delay": paymentDelay / 1000 }, clock);
    await using stage = await Stage.open(server);
    stage.connect({ mode, pay });
    const request = fileOf(100_000);
    const result = stage.inscribe(request);
    await stage.started.promise;
    for (let round = 0; round < 3; round++) {
      await stage.carriedBy(mode === "http" ? "http" : "websocket");
      stage.proxy.cut();
      await clock.advance(10);
    }
    await clock.advance(paymentDelay);
    await stage.assertWhole(request, await result);
    assertEquals(await stage.jobs(), 1);
  });
}

Deno.test("a gateway's refusals come with their codes", async () => {
  await using server = await startGateway();
  await using stage = await Stage.open(server);
  for (const mode of ["websocket", "http"] as const) {
    using client = stage.connect({ mode });
    const request = fileOf(10);
    const mistyped = { ...request.file, mimeType: "application/x-nothing" };
    const codes = [
      await jobErrorOf(client.inscribe({ ...request, file: mistyped })),
      await jobErrorOf(client.inscribe({ ...request, holderId: "me" })),
      await jobErrorOf(client.inscribe({ ...request, file: { url: "http://127.0.0.1:1/x.png" } })),
      await jobErrorOf(client.follow("00000000-0000-4000-8000-000000000000")),
    ].map(({ code }) => code);
    assertEquals(codes, ["unsupported_type", "invalid_request", "url_refused", "not_found"]);
    client.close();
  }
});

Deno.test("where only HTTP gets through, a job is started and followed by it", async () => {
  await using server = await startGateway();
  await using stage = await Stage.open(server);
  stage.proxy.passage = "http only";
  stage.connect();
  const request = fileOf(100_000);
  await stage.assertWhole(request, await stage.inscribe(request));
  assertEquals([stage.client?.transport, await stage.jobs()], ["http", 1]);
});

Deno.test("a job goes on by HTTP when Socket.IO stops getting through, and back when it does again", async () => {
  const clock = new FakeClock();
  await using server = await startGateway({ "inscriptions.payment_delay": paymentDelay / 1000 }, clock);
  await using stage = await Stage.open(server);
  stage.connect({ pay });
  const request = fileOf(100_000);
  const result = stage.inscribe(request);
  await stage.started.promise;
  assertEquals(stage.client?.transport, "websocket");
  stage.proxy.passage = "http only";
  stage.proxy.cut();
  await stage.carriedBy("http");
  stage.proxy.passage = "all";
  await stage.carriedBy("websocket");
  await clock.advance(paymentDelay);
  await stage.assertWhole(request, await result);
  assertEquals(await stage.jobs(), 1);
});

Deno.test("a job that is cancelled ends for whoever waits for it", async () => {
  const clock = new FakeClock();
  await using server = await startGateway({ "inscriptions.payment_delay": paymentDelay / 1000 }, clock);
  await using stage = await Stage.open(server);
  stage.connect({ pay });
  const result = stage.inscribe(fileOf(1000));
  const jobId = await stage.started.promise;
  const error = jobErrorOf(result);
  assertEquals((await stage.client?.cancel(jobId))?.status, "failed");
  assertEquals([(await error).code, (await error).message], ["job_failed", "Cancelled"]);
  assertEquals((await stage.client?.find(jobId))?.error, "Cancelled");
  assertEquals(await stage.client?.cancel("no-such-job"), null);
});

Deno.test("a client that discovers instances connects to the one that a gateway recommends", async () => {
  await using server = await startGateway();
  await using stage = await Stage.open(server);
  const client = stage.connect({ discover: true, url: server.url });
  const request = fileOf(1000);
  await stage.assertWhole(request, await stage.inscribe(request));
  const { servers, recommended } = await client.servers();
  assertEquals([servers.length, recommended], [1, server.url.replace("http", "ws")]);
});

for (const mode of ["auto", "websocket", "http"] as const satisfies JobConnectionMode[]) {
  Deno.test(`mode ${mode}: a job is followed to its end although its gateway was killed in the middle and started again`, async () => {
    await using folder = await TemporaryFolder.make();
    const flags = ["--inscriptions.payment_delay=1"];
    const first = await ServerProcess.start({ cwd: folder.path }, flags);
    await using _ = first;
    await using stage = await Stage.open(first);
    stage.connect({ mode, pay });
    const request = fileOf(200_000);
    const result = stage.inscribe(request);
    await stage.started.promise;
    await first.end("SIGKILL");
    await using second = await ServerProcess.start({ cwd: folder.path }, flags);
    stage.proxy.target = Number(new URL(second.url).port);
    await result;
    await using after = await Stage.open(second);
    after.seen.push(...stage.seen);
    await after.assertWhole(request, await result);
    assert(stage.seen.some(({ status }) => status === "awaiting_payment"), JSON.stringify(stage.seen));
  });
}
