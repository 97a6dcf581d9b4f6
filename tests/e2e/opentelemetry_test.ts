import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { consoleIsExported } from "../../lib/telemetry/logging.ts";
import { Peer } from "../helpers/peer.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { until } from "../helpers/until.ts";

/** Takes what a program exports as OTLP over HTTP in JSON. */
class Collector implements AsyncDisposable {
  readonly #bodies = new Map<string, string>();
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => this.#take(request),
  );

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** What came of a signal, such as `traces`, once it includes a text. */
  async until(signal: string, text: string): Promise<string> {
    const body = () => this.#bodies.get(`/v1/${signal}`) ?? "";
    await until(() => body().includes(text), `${text} among ${signal}`);
    return body();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #take(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.#bodies.set(pathname, (this.#bodies.get(pathname) ?? "") + await request.text());
    return Response.json({});
  }
}

function variables(collector: Collector, console: string): Record<string, string> {
  return {
    OTEL_DENO: "true",
    OTEL_DENO_CONSOLE: console,
    OTEL_SERVICE_NAME: "heliograph-under-test",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: "50",
    OTEL_BLRP_SCHEDULE_DELAY: "50",
  };
}

Deno.test("requests and log lines reach OpenTelemetry where Deno's own is switched on", async () => {
  await using folder = await TemporaryFolder.make();
  await using collector = new Collector();
  const env = variables(collector, "replace");
  await using server = await ServerProcess.start({ cwd: folder.path, env });
  const viewer = await Peer.open(server.ws.replace(/ws$/, "ws/stream"));
  viewer.send(JSON.stringify({ type: "subscribe", stream: "peers" }));
  const logs = await collector.until("logs", "Client subscribed to: peers");
  assertStringIncludes(logs, "heliograph-under-test");
  await fetch(`${server.url}/healthz`).then((answer) => answer.body?.cancel());
  const traces = await collector.until("traces", "/healthz");
  assert(/"kind": ?2/.test(traces), "a span of kind SERVER");
  await viewer.close();
  await server.end("SIGTERM");
  assertStringIncludes(server.stderr.all.join("\n"), "Client subscribed to: peers");
  assertEquals(server.stdout.all.some((line) => line.includes("Client subscribed")), false);
});

Deno.test("log lines go to the console only where it is exported and not printed", () => {
  const exported = (variables: Record<string, string>) => consoleIsExported((name) => variables[name]);
  assertEquals(exported({ OTEL_DENO: "true", OTEL_DENO_CONSOLE: "replace" }), true);
  assertEquals(exported({ OTEL_DENO: "1", OTEL_DENO_CONSOLE: "replace" }), true);
  assertEquals(exported({ OTEL_DENO: "true" }), false);
  assertEquals(exported({ OTEL_DENO: "true", OTEL_DENO_CONSOLE: "capture" }), false);
  assertEquals(exported({ OTEL_DENO_CONSOLE: "replace" }), false);
  assertEquals(exported({}), false);
});
