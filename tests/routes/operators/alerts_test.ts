import { assert, assertEquals } from "@std/assert";
import { alertRules } from "../../../lib/operations/mod.ts";
import { judgeEvery } from "../../../lib/operations/alerts/alert_watch.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { LogLines } from "../../helpers/log_lines.ts";
import { TemporaryFolder } from "../../helpers/process.ts";
import { Scene } from "../../helpers/scene.ts";
import { until } from "../../helpers/until.ts";

type Told = Record<string, unknown>;

async function alerts(scene: Scene) {
  const answer = await scene.server.admin("GET", "/admin/alerts");
  return answer as { firing: number; alerts: Told[]; ended: Told[]; rules: Told[]; webhook: Told | null };
}

const named = (list: readonly Told[], name: string) => list.find((told) => told["name"] === name);

Deno.test("an alert fires while what it is for lasts, and the operator's webhook hears of both", async () => {
  const told: { status: string; labels: Told }[][] = [];
  await using receiver = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
    told.push((await request.json()).alerts);
    return new Response();
  });
  const clock = new FakeClock();
  const url = `http://127.0.0.1:${receiver.addr.port}/`;
  await using scene = await Scene.start({ "alerts.webhook": url }, clock);
  const { gateway } = scene.server;
  assertEquals((await alerts(scene)).firing, 0);
  gateway.activity.unhandledFaults += 2;
  await clock.advance(judgeEvery);
  const { firing, alerts: [alert], rules } = await alerts(scene);
  assertEquals([firing, alert?.["name"], alert?.["state"]], [1, "HeliographUnhandledFaults", "firing"]);
  assertEquals(alert?.["summary"], "127.0.0.1:0 outlived 2 faults that nothing handled");
  assertEquals(named(rules, "HeliographUnhandledFaults")?.["state"], "firing");
  assertEquals(named(rules, "HeliographDown")?.["state"], "outside");
  await until(() => told.length === 1, "the webhook");
  await until(
    () => gateway.console.alerts.firing === 0,
    "the end of the alert",
    () => clock.advance(judgeEvery),
  );
  const { alerts: held, ended } = await alerts(scene);
  assertEquals([held.length, ended.length], [0, 1]);
  await until(() => told.length === 2, "the webhook");
  assertEquals(told.flat().map(({ status, labels }) => [status, labels["alertname"]]), [
    ["firing", "HeliographUnhandledFaults"],
    ["resolved", "HeliographUnhandledFaults"],
  ]);
});

Deno.test("every rule is listed with its expression, and the webhook can be tried", async () => {
  await using receiver = Deno.serve(
    { port: 0, onListen: () => {} },
    () => new Response(null, { status: 418 }),
  );
  const url = `http://127.0.0.1:${receiver.addr.port}/?secret=1`;
  await using scene = await Scene.start({ "alerts.webhook": url });
  const { rules, webhook } = await alerts(scene);
  assertEquals(rules.length, alertRules.length + 1);
  assert(rules.every(({ expression }) => String(expression).includes(`job="heliograph"`)));
  assertEquals(webhook, { host: new URL(url).host, last: null });
  const tried = await scene.server.admin("POST", "/admin/alerts/test");
  assertEquals([tried["status"], tried["problem"]], [418, "it answered 418"]);
});

Deno.test("without a webhook there is none to try, and the answer says how to have one", async () => {
  await using scene = await Scene.start();
  await scene.server.admin("POST", "/admin/alerts/test").then(
    () => {
      throw new Error("it was tried");
    },
    ({ message }) => assert(message.includes("404") && message.includes("--alerts.webhook=URL"), message),
  );
});

Deno.test("a server that starts again and again says so, and its history tells when", async () => {
  await using folder = await TemporaryFolder.make();
  const clock = new FakeClock();
  for (let start = 1; start <= 3; start += 1) {
    await using scene = await Scene.start({ store: `${folder.path}/store.db` }, clock);
    assertEquals((await alerts(scene)).firing, 0, `start ${start}`);
    await clock.advance(5000);
  }
  await using scene = await Scene.start({ store: `${folder.path}/store.db` }, clock);
  const { alerts: [alert] } = await alerts(scene);
  assertEquals([alert?.["name"], alert?.["value"]], ["HeliographRestarting", 3]);
  const history = await scene.server.admin("GET", "/admin/history?metric=loop_lag");
  assertEquals((history["marks"] as Told[]).map(({ kind }) => kind), [
    "start",
    "drain",
    "start",
    "drain",
    "start",
    "drain",
    "start",
  ]);
});

Deno.test("nothing of a webhook's path is logged, whatever becomes of what is posted there", async () => {
  using logs = new LogLines("TRACE");
  const receiver = Deno.serve({ port: 0, onListen: () => {} }, () => new Response(null, { status: 500 }));
  const url = `http://127.0.0.1:${receiver.addr.port}/T0/secret`;
  await using scene = await Scene.start({ "alerts.webhook": url });
  assertEquals((await scene.server.admin("POST", "/admin/alerts/test"))["status"], 500);
  await receiver.shutdown();
  assertEquals((await scene.server.admin("POST", "/admin/alerts/test"))["problem"], "it cannot be reached");
  assert(logs.text.includes("The webhook failed") && !logs.text.includes("T0/"), logs.text);
});
