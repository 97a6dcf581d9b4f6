import { assert, assertEquals } from "@std/assert";
import { FrameClient } from "../socketio/frame_client.ts";
import { PollingClient } from "../socketio/polling_client.ts";
import { JobScene, noise, socketRequest } from "../helpers/job_scene.ts";
import { endingOf } from "../helpers/told.ts";
import { until } from "../helpers/until.ts";

const kibibyte = 1024;

/** A client that polls by hand, and has shown its key. */
async function pollingClient(scene: JobScene): Promise<PollingClient> {
  const client = await PollingClient.open(scene.server.url);
  await client.post(`40${JSON.stringify({ apiKey: scene.key })}`);
  const [connected] = await client.packets();
  assert(connected?.startsWith("40"), connected);
  return client;
}

Deno.test("a Socket.IO client that does not take what waits for it is closed as any slow connection is", async () => {
  await using scene = await JobScene.start({ "websocket.max_queue": 2000 });
  const client = await pollingClient(scene);
  const events = Array.from({ length: 40 }, (_, id) => `42${id}["follow-inscription","x"]`);
  await client.post(events.join("\x1e"));
  const { activity } = scene.server.gateway;
  await until(() => activity.slowConsumers.jobs === 1, "the end of the slow client");
  while ((await client.poll()).status === 200);
  const { ending, family, queued_bytes } = await endingOf(scene.server, "slow_consumer");
  assertEquals(family, "jobs");
  assert(queued_bytes > 1500 && queued_bytes <= 2000, String(queued_bytes));
  assertEquals(ending?.detail, `${queued_bytes} bytes wait unsent, at most 2000 may`);
});

Deno.test("a Socket.IO client that shows no key is bounded as any stranger is", async () => {
  await using scene = await JobScene.start({ "http.rate_limit": 10, "websocket.rate_limit": 1 });
  const large = `40{"x":"${"x".repeat(16 * kibibyte)}"}`;
  const polling = await PollingClient.open(scene.server.url);
  assertEquals((await polling.post(large)).status, 413);
  const { client } = await FrameClient.open(scene.server.url);
  client.send(large);
  await client.ended;
  assertEquals((await endingOf(scene.server, "too_large")).family, "jobs");
  // Some forty at once, of which the requests were some; each KiB counts as one.
  const { client: second } = await FrameClient.open(scene.server.url);
  for (let count = 0; count < 100; count += 1) second.send(`40/${"x".repeat(15 * kibibyte)},`);
  await second.ended;
  assertEquals((await endingOf(scene.server, "rate_limited")).family, "jobs");
});

Deno.test("a large file counts as one message, and bytes beside JSON are answered and not kept", async () => {
  await using scene = await JobScene.start({ "websocket.rate_limit": 2 });
  using peer = await scene.connect({ transports: ["websocket"] });
  for (let count = 0; count < 3; count += 1) {
    assertEquals((await peer.ask("start-inscription", socketRequest(noise(kibibyte ** 2))))["success"], true);
  }
  const answer = await peer.ask("follow-inscription", { jobId: noise(10) });
  assertEquals(answer, {
    success: false,
    error: "Invalid request: expected JSON, got bytes",
    code: "invalid_request",
  });
  assertEquals((await peer.ask("follow-inscription", "x"))["code"], "not_found");
});

Deno.test("an event that comes too fast is answered by an event where it asks for no acknowledgement", async () => {
  await using scene = await JobScene.start({ "websocket.rate_limit": 1 });
  using peer = await scene.connect({ transports: ["websocket"] });
  for (let count = 0; count < 5; count += 1) peer.socket.emit("cancel-inscription", "x");
  const { data } = await peer.until(({ event, data }) =>
    event === "inscription-error" && data["code"] === "rate_limited"
  );
  assertEquals(data["jobId"], "x");
  assert(Number(data["retryAfterMs"]) > 0);
});
