import { assert, assertEquals, assertMatch } from "@std/assert";
import { NodeError, SimulatedNode, streamDefinitions } from "../../lib/streams/mod.ts";
import { RpcNode } from "../../lib/streams/rpc_node.ts";
import { rpcHandler } from "../../scripts/rpc_handler.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { Lines } from "../helpers/process.ts";

const clock = new FakeClock();
const handle = rpcHandler(new SimulatedNode({ clock }));

const post = async (body: BodyInit) => await handle(new Request("http://node/", { method: "POST", body }));
const ask = async (message: unknown) => await (await post(JSON.stringify(message))).json();
const request = (id: unknown, method = "light.latest_header") => ({ jsonrpc: "2.0", id, method });
const refusal = (id: unknown, code: number, message: string) => ({
  jsonrpc: "2.0",
  error: { code, message },
  id,
});

Deno.test("single calls are answered with the id that they came with", async () => {
  const result = await new SimulatedNode({ clock }).call("light.latest_header");
  for (const id of [1, "a", 0, null]) {
    assertEquals(await ask(request(id)), { jsonrpc: "2.0", result, id });
  }
});

Deno.test("batches are answered in a list, each call for itself, notifications not at all", async () => {
  const answers = await ask([
    request(1),
    { jsonrpc: "2.0", method: "light.latest_header" },
    request(2, "no.such"),
    7,
    { ...request(3, "receipt.audit"), params: { limit: 2 } },
  ]);
  assertEquals(answers.length, 4);
  assertEquals(answers[1], refusal(2, -32601, "Method not found"));
  assertEquals(answers[2], refusal(null, -32600, "Invalid Request"));
  assertEquals(answers[3].result.receipts.length, 2);
});

Deno.test("notifications alone get no content, whatever becomes of them", async () => {
  const silent = { jsonrpc: "2.0", method: "net.stats" };
  for (
    const message of [silent, [silent, silent], { ...silent, method: "no.such" }, { ...silent, params: [1] }]
  ) {
    const response = await post(JSON.stringify(message));
    assertEquals([response.status, await response.text()], [204, ""]);
  }
});

const amiss: readonly (readonly [string, unknown, unknown])[] = [
  ["an empty batch", [], refusal(null, -32600, "Invalid Request")],
  ["a number", 7, refusal(null, -32600, "Invalid Request")],
  ["null", null, refusal(null, -32600, "Invalid Request")],
  ["another version", { ...request(5), jsonrpc: "1.0" }, refusal(5, -32600, "Invalid Request")],
  ["a method that is no text", { ...request(5), method: 1 }, refusal(5, -32600, "Invalid Request")],
  ["an id that is an object", request({}), refusal(null, -32600, "Invalid Request")],
  ["params that are a text", { ...request(5), params: "x" }, refusal(5, -32600, "Invalid Request")],
  ["an unknown method", request(5, "toString"), refusal(5, -32601, "Method not found")],
  ["params by position", { ...request(5), params: [1] }, refusal(5, -32602, "Invalid params")],
  [
    "params that do not fit",
    { ...request(5, "receipt.audit"), params: { limit: "x" } },
    refusal(5, -32602, "Invalid params"),
  ],
  [
    "a batch of 101",
    Array.from({ length: 101 }, (_, id) => request(id)),
    refusal(null, -32600, "Batch of more than 100"),
  ],
];

for (const [what, message, expected] of amiss) {
  Deno.test(`${what} is refused with the code that JSON-RPC has for it`, async () => {
    assertEquals(await ask(message), expected);
  });
}

Deno.test("a batch of 100 and empty params by position are taken", async () => {
  assertEquals((await ask(Array.from({ length: 100 }, (_, id) => request(id)))).length, 100);
  assert("result" in await ask({ ...request(5), params: [] }));
});

Deno.test("what is not JSON, or not UTF-8, is a parse error", async () => {
  for (const body of ["", "{", new Uint8Array([0x22, 0xff, 0x22])]) {
    assertEquals(await (await post(body)).json(), refusal(null, -32700, "Parse error"));
  }
});

Deno.test("a body larger than 64 KiB is refused", async () => {
  const body = JSON.stringify({ ...request(1), more: "x".repeat(64 * 1024) });
  const response = await post(body);
  assertEquals(response.status, 413);
  assertEquals(await response.json(), refusal(null, -32600, "Request larger than 65536 bytes"));
  assertEquals((await post(body.slice(0, 64 * 1024))).status, 200);
});

Deno.test("failures of the node behind are internal errors that tell no more than they may", async () => {
  const failing = (error: unknown) =>
    rpcHandler({ simulated: true, call: () => Promise.reject(error), close() {} });
  for (
    const [error, message] of [
      [new NodeError("no answer from the node"), "no answer from the node"],
      [new TypeError("secret"), "Internal error"],
    ] as const
  ) {
    const body = JSON.stringify(request(1));
    const response = await failing(error)(new Request("http://node/", { method: "POST", body }));
    assertEquals(await response.json(), refusal(1, -32603, message));
  }
});

Deno.test("GET says what this is, other methods are not allowed", async () => {
  const get = await handle(new Request("http://node/"));
  assertEquals(get.status, 200);
  assertMatch(await get.text(), /^[^\n]*simulated[^\n]*\n$/);
  const put = await handle(new Request("http://node/", { method: "PUT", body: "{}" }));
  assertEquals([put.status, put.headers.get("allow")], [405, "GET, HEAD, POST"]);
});

Deno.test("every stream reads over HTTP what it reads from the simulation directly", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handle);
  const remote = new RpcNode({ url: `http://127.0.0.1:${server.addr.port}`, clock });
  const direct = new SimulatedNode({ clock });
  for (const definition of streamDefinitions) {
    const [far, near] = [definition.open(remote), definition.open(direct)];
    assertEquals(await far.poll(), await near.poll());
  }
});

const script = `${import.meta.dirname}/../../scripts/sim_node.ts`;

function run(...flags: string[]): Deno.ChildProcess {
  const args = ["run", "--quiet", "--allow-net", script, ...flags];
  return new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "piped" }).spawn();
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`the script says where it listens, answers, and stops at ${signal}`, async () => {
    await using child = run("--port", "0");
    const [stdout, stderr] = [new Lines(child.stdout), new Lines(child.stderr)];
    const line = await stdout.find(/listens/);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? "";
    const response = await fetch(url, { method: "POST", body: JSON.stringify(request(1, "net.stats")) });
    assert("result" in await response.json());
    child.kill(signal);
    await Promise.all([stdout.ended, stderr.ended]);
    assertEquals([(await child.status).code, stderr.all], [0, []]);
  });
}

Deno.test("the script refuses flags that it does not know with how it is used", async () => {
  for (const flags of [["--prot", "1"], ["--port", "70000"], ["--port", "x"]]) {
    await using child = run(...flags);
    const [stdout, stderr] = [new Lines(child.stdout), new Lines(child.stderr)];
    await stderr.find(/^Usage: /);
    await Promise.all([stdout.ended, stderr.ended]);
    assertEquals((await child.status).code, 1);
  }
});
