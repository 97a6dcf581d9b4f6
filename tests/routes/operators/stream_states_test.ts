import { assert, assertEquals } from "@std/assert";
import { startGateway, type TestGateway } from "../../helpers/gateway.ts";
import { untilThere } from "../../helpers/until.ts";

interface State {
  readonly name: string;
  readonly status: string;
  readonly problem: string | null;
  readonly subscribers: number;
  readonly age_seconds: number | null;
  readonly upstream: { readonly answers: number; readonly errors: number } | null;
}

async function state(server: TestGateway, name: string): Promise<State | undefined> {
  const { streams } = await server.admin("GET", "/admin/stream-states");
  return (streams as State[]).find((stream) => stream.name === name);
}

/** Somebody who listens to `peers`, until it is disposed of. */
async function listen({ url }: TestGateway): Promise<AsyncDisposable> {
  const { body } = await fetch(`${url}/api/v1/streams/peers/events`);
  return { [Symbol.asyncDispose]: async () => void await body?.cancel() };
}

Deno.test("an operator sees who listens to a stream, how old its value is, and the value", async () => {
  await using server = await startGateway();
  const idle = await state(server, "peers");
  assertEquals([idle?.status, idle?.subscribers, idle?.age_seconds, idle?.upstream], [
    "idle",
    0,
    null,
    { answers: 0, errors: 0 },
  ]);
  await using _listener = await listen(server);
  const live = await untilThere(async () => {
    const found = await state(server, "peers");
    return found?.status === "live" && found.age_seconds !== null ? found : undefined;
  }, "a value");
  assertEquals([live.subscribers, live.upstream?.errors], [1, 0]);
  const { newest } = await server.admin("GET", "/admin/stream-states/peers");
  assertEquals((newest as { type: string }).type, "peers");
});

Deno.test("a node that fails is told of with what is wrong", async () => {
  await using server = await startGateway({ rpc_url: "http://127.0.0.1:1/" });
  await using _listener = await listen(server);
  const stale = await untilThere(async () => {
    const found = await state(server, "peers");
    return found?.status === "stale" ? found : undefined;
  }, "the failure");
  assert((stale.upstream?.errors ?? 0) > 0);
  assert(stale.problem !== null && stale.problem.length > 0);
});

Deno.test("streams of the operator's own are among them", async () => {
  await using server = await startGateway();
  await server.admin("PUT", "/admin/streams/fees", { description: "Fees of the last block" });
  assertEquals((await state(server, "fees"))?.age_seconds, null);
  await server.admin("POST", "/admin/streams/fees", { data: { base_fee: 12 } });
  const { stream, newest } = await server.admin("GET", "/admin/stream-states/fees");
  const { description, offset, period_ms, upstream } = stream as Record<string, unknown>;
  assertEquals([description, offset, period_ms, upstream], ["Fees of the last block", 1, null, null]);
  assertEquals((newest as { data: unknown }).data, { base_fee: 12 });
});
