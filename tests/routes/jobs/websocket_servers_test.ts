import { assertEquals } from "@std/assert";
import { createGateway, defaultConfig, type Gateway } from "../../../lib/gateway/mod.ts";
import { createApp } from "../../../routes/mod.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { type Fields, httpRequest, JobScene, noise } from "../../helpers/job_scene.ts";
import { TemporaryFolder } from "../../helpers/process.ts";
import { until } from "../../helpers/until.ts";

const info: Deno.ServeHandlerInfo = {
  remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
  completed: Promise.resolve(),
};

async function servers(gateway: Gateway, host = "gateway.test:1", scheme = "http"): Promise<Fields> {
  const request = new Request(`${scheme}://${host}/inscriptions/websocket-servers`, { headers: { host } });
  return await (await createApp(gateway)(request, info)).json();
}

/** Gateways that share one store in a file. */
class Cluster implements AsyncDisposable {
  readonly #folder: TemporaryFolder;
  readonly #stack = new AsyncDisposableStack();

  private constructor(folder: TemporaryFolder) {
    this.#folder = this.#stack.use(folder);
  }

  static async make(): Promise<Cluster> {
    return new Cluster(await TemporaryFolder.make());
  }

  async start(publicUrl: string | undefined, clock: FakeClock, region?: string): Promise<Gateway> {
    const config = defaultConfig({
      store: `${this.#folder.path}/shared.db`,
      validator_key: `${this.#folder.path}/validator.key`,
      "crypto.workers": 1,
      "inscriptions.payment_delay": 3600,
      public_url: publicUrl,
      region,
    });
    const gateway = await createGateway(config, clock);
    this.#stack.defer(() => gateway.stop());
    return gateway;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

async function inscribe(gateway: Gateway): Promise<void> {
  const { id } = await gateway.inscriptions.keys.create("press");
  await gateway.inscriptions.inscribe(id, httpRequest(noise(10)));
}

const entry = (url: string, activeJobs = 0, priority = 1, region = "default") => {
  return { url, region, status: "active", priority, activeJobs };
};

Deno.test("a server alone names itself by the address at which it was reached, without any key", async () => {
  await using scene = await JobScene.start();
  const { host } = new URL(scene.server.url);
  for (const path of ["/inscriptions/websocket-servers", "/api/inscriptions/websocket-servers"]) {
    const response = await fetch(`${scene.server.url}${path}`);
    assertEquals(await response.json(), {
      servers: [entry(`ws://${host}`)],
      recommended: `ws://${host}`,
    });
    assertEquals(response.headers.get("cache-control"), "no-store");
    assertEquals(response.headers.get("access-control-allow-origin"), "*");
  }
});

Deno.test("over TLS, or with a public_url that says so, the address is one of wss", async () => {
  await using cluster = await Cluster.make();
  const clock = new FakeClock();
  const bare = await cluster.start(undefined, clock);
  assertEquals((await servers(bare, "gateway.test", "https"))["recommended"], "wss://gateway.test");
  assertEquals((await servers(bare, "[::1]:8080"))["recommended"], "ws://[::1]:8080");
  const named = await cluster.start("https://gateway.example.org/some/path", clock, "eu-central");
  const answer = await servers(named, "spoofed.test");
  assertEquals(answer, {
    servers: [entry("wss://gateway.example.org", 0, 1, "eu-central")],
    recommended: "wss://gateway.example.org",
  });
});

Deno.test("a Host that is no plain host is told to nobody", async () => {
  await using scene = await JobScene.start();
  const { port } = new URL(scene.server.url);
  for (const host of ["a@b", "a/b", 'a"b', "a b", ""]) {
    using connection = await Deno.connect({ port: Number(port) });
    const head = `GET /inscriptions/websocket-servers HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    await connection.write(new TextEncoder().encode(head));
    const answer = await new Response(connection.readable).text();
    const isListed = answer.includes('"url"');
    assertEquals(isListed, false, `${host}: ${answer}`);
  }
});

Deno.test("servers that share a store list each other, the least busy first", async () => {
  await using cluster = await Cluster.make();
  const clock = new FakeClock();
  const a = await cluster.start("https://a.test", clock, "eu");
  const b = await cluster.start("http://b.test:8080", clock, "us");
  const both = [entry("ws://b.test:8080", 0, 1, "us"), entry("wss://a.test", 0, 2, "eu")];
  assertEquals(await servers(a), { servers: both, recommended: "ws://b.test:8080" });
  assertEquals(await servers(b), await servers(a));
  await inscribe(b);
  const busy = [entry("wss://a.test", 0, 1, "eu"), entry("ws://b.test:8080", 1, 2, "us")];
  assertEquals(await servers(b), { servers: busy, recommended: "wss://a.test" });
  // The others hear of it with its next word.
  assertEquals((await servers(a))["recommended"], "ws://b.test:8080");
  await clock.advance(10_000);
  await until(
    async () => (await servers(a))["recommended"] === "wss://a.test",
    "the recommendation",
    () => clock.advance(0),
  );
});

Deno.test("a server that drains is on no list any more, its own included", async () => {
  await using cluster = await Cluster.make();
  const clock = new FakeClock();
  const a = await cluster.start("https://a.test", clock);
  const b = await cluster.start("https://b.test", clock);
  await a.drain();
  const left = { servers: [entry("wss://b.test")], recommended: "wss://b.test" };
  assertEquals([await servers(b), await servers(a)], [left, left]);
  await b.drain();
  assertEquals(await servers(b), { servers: [], recommended: null });
});

Deno.test("a server that died without a word is forgotten within ten seconds", async () => {
  await using cluster = await Cluster.make();
  const clock = new FakeClock();
  const dead = new FakeClock();
  const a = await cluster.start("https://a.test", clock);
  await cluster.start("https://b.test", dead);
  await clock.advance(5000);
  assertEquals((await servers(a))["servers"], [entry("wss://a.test"), entry("wss://b.test", 0, 2)]);
  await clock.advance(5000);
  assertEquals((await servers(a))["servers"], [entry("wss://a.test")]);
});
