import { assert, assertEquals, assertMatch } from "@std/assert";
import { judgeEvery } from "../../../lib/operations/alerts/alert_watch.ts";
import { startGateway } from "../../helpers/gateway.ts";
import { httpRequest, noise } from "../../helpers/job_scene.ts";
import { SlowWay } from "../../helpers/slow_way.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { until } from "../../helpers/until.ts";
import { ConsoleScene, still } from "./console_scene.ts";

/** Whether a choice has room for what is chosen; runs in the page. */
function showsAllOfItsText(choice: Element): boolean {
  const free = choice.cloneNode(true) as HTMLSelectElement;
  const { selectedIndex } = choice as HTMLSelectElement;
  [...free.options].forEach((option, index) => index === selectedIndex || option.remove());
  free.style.maxWidth = "none";
  choice.after(free);
  const [needed, has] = [free, choice].map((shown) => shown.getBoundingClientRect().width);
  free.remove();
  return needed !== undefined && has !== undefined && needed <= has;
}

/** Starts a job with a key. */
async function inscribe(scene: ConsoleScene, key: string, fileName: string): Promise<string> {
  const { body, status } = await scene.gateway.call("POST", "/inscriptions/start-inscription", {
    headers: { "x-api-key": key },
    body: JSON.stringify(httpRequest(noise(3000), { fileName })),
  });
  assertEquals(status, 200);
  return String(body["id"]);
}

Deno.test("a key that is made is shown once, says when it was used, and works until it is revoked", async () => {
  await using scene = await ConsoleScene.start();
  const { page } = scene;
  await scene.login();
  await scene.unlock();
  await scene.open("jobs", "?show=keys");
  await page.getByRole("button", { name: "Make a key" }).click();
  const dialog = page.getByRole("dialog", { name: "Make a key" });
  await dialog.getByLabel("Whose it is").fill("press desk");
  assertMatch(
    await dialog.getByLabel("The command that does the same").innerText(),
    /^curl -X POST '.*\/admin\/api-keys' .* -d '\{"name":"press desk"\}'/,
  );
  await dialog.getByRole("button", { name: "Make a key" }).click();
  const key = await dialog.getByLabel("The key").innerText();
  assertMatch(key, /^hg_/);
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await page.getByText(key).waitFor({ state: "detached" });
  const row = page.locator("[data-row]").filter({ hasText: "press desk" });
  await row.filter({ hasText: "never" }).waitFor();
  await inscribe(scene, key, "first.bin");
  await row.filter({ hasText: "ago" }).waitFor();
  await row.getByRole("button").click();
  await scene.act("Revoke");
  await row.filter({ hasText: "revoked" }).waitFor();
  const { status } = await scene.gateway.call("GET", "/inscriptions/numbers", {
    headers: { "x-api-key": key },
  });
  assertEquals(status, 401);
  await scene.open("audit");
  await page.getByText("POST /admin/api-keys").waitFor();
  await page.getByText(/DELETE \/admin\/api-keys/).first().waitFor();
  scene.watched.assertFaultless();
});

Deno.test("a job is followed to its end on the page, and its content is opened", async () => {
  await using scene = await ConsoleScene.start(still, { "inscriptions.payment": "wait" });
  const { page, gateway } = scene;
  const { key } = await gateway.server.admin("POST", "/admin/api-keys", { name: "press desk" });
  await scene.login();
  await scene.open("jobs");
  const id = await inscribe(scene, String(key), "news.bin");
  await scene.row(id).filter({ hasText: "awaiting payment" }).waitFor();
  await scene.row(id).getByRole("button").click();
  const drawer = page.getByRole("complementary");
  await drawer.getByText(gateway.server.gateway.jobs.instances.self, { exact: true }).waitFor();
  await gateway.call("POST", "/inscriptions/executed", {
    headers: { "x-api-key": String(key) },
    body: JSON.stringify({ jobId: id }),
  });
  await scene.row(id).filter({ hasText: "completed" }).waitFor();
  await drawer.getByText("100 %").waitFor();
  const link = drawer.getByRole("link", { name: "Open the content" });
  const opening = page.waitForEvent("download");
  await link.click();
  assertEquals((await opening).suggestedFilename(), "news.bin");
  assert(await drawer.getByRole("button", { name: "Cancel the job" }).isDisabled());
  scene.watched.assertFaultless();
});

Deno.test("a job is cancelled, and those of a state or a key alone are shown", async () => {
  await using scene = await ConsoleScene.start(still, { "inscriptions.payment": "wait" });
  const { page, gateway } = scene;
  const { key } = await gateway.server.admin("POST", "/admin/api-keys", { name: "press desk" });
  const id = await inscribe(scene, String(key), "news.bin");
  await scene.login();
  await scene.unlock();
  await scene.open("jobs", `?open=${id}`);
  await page.getByRole("complementary").getByText("awaiting payment").waitFor();
  await scene.act("Cancel the job");
  await page.getByRole("complementary").getByText("Cancelled", { exact: true }).waitFor();
  await page.getByLabel("State").selectOption("Open");
  await page.getByText("No job is like that").waitFor();
  assertMatch(page.url(), /status=open/);
  await page.getByLabel("State").selectOption("Failed");
  await scene.row(id).waitFor();
  scene.watched.assertFaultless();
});

Deno.test("streams show who listens, how old they are and their newest value", async () => {
  await using scene = await ConsoleScene.start();
  const { page, gateway } = scene;
  await scene.login();
  await scene.open("streams");
  await scene.row("peers").filter({ hasText: "idle" }).waitFor();
  const { body } = await fetch(`${gateway.server.url}/api/v1/streams/peers/events`);
  await scene.row("peers").filter({ hasText: "live" }).filter({ hasText: /\d+ s/ }).waitFor();
  await scene.row("peers").getByRole("button").click();
  const drawer = page.getByRole("complementary");
  await drawer.getByText("1 at this server").waitFor();
  await drawer.getByText(/"type": "peers"/).waitFor();
  await body?.cancel();
  await scene.row("peers").filter({ hasText: "idle" }).waitFor();
  scene.watched.assertFaultless();
});

Deno.test("an alert fires in the top bar, on the overview and its page, reaches the webhook, and is over", async () => {
  const told: string[] = [];
  await using receiver = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
    const { alerts: [alert] } = await request.json();
    told.push(`${alert.labels.alertname} ${alert.status}`);
    return new Response();
  });
  const clock = new FakeClock(Date.now());
  const url = `http://127.0.0.1:${receiver.addr.port}/`;
  await using scene = await ConsoleScene.start(still, { "alerts.webhook": url }, clock);
  const { page, gateway } = scene;
  const { activity, console } = gateway.server.gateway;
  await scene.login(/Connected|Online/);
  assertEquals(await page.getByRole("link", { name: "1 alert" }).count(), 0);
  activity.unhandledFaults += 3;
  await clock.advance(judgeEvery);
  await page.getByRole("link", { name: "1 alert" }).waitFor();
  await page.locator('[data-value="attention"]').filter({ hasText: "outlived 3 faults" }).waitFor();
  await page.getByRole("link", { name: "1 alert" }).click();
  await page.locator('[data-value="alerts"]').filter({ hasText: "Please report" }).waitFor();
  await scene.row("HeliographUnhandledFaults").filter({ hasText: "firing" }).waitFor();
  await scene.row("HeliographUnhandledFaults").getByRole("button").click();
  await page.getByRole("complementary").getByText(/increase\(heliograph_unhandled_faults_total/).waitFor();
  await until(() => told.length === 1, "the webhook");
  await scene.unlock();
  await scene.act("Try the webhook", /taken with 200/);
  await until(() => console.alerts.firing === 0, "the end of the alert", () => clock.advance(judgeEvery));
  await page.getByText("Nothing fires").waitFor();
  await page.getByRole("link", { name: "1 alert" }).waitFor({ state: "detached" });
  await page.getByLabel("What", { exact: true }).selectOption("Lately over");
  await page.getByText(/outlived 3 faults/).waitFor();
  await until(() => told.length === 3, "the webhook");
  assertEquals(told, [
    "HeliographUnhandledFaults firing",
    "HeliographTest firing",
    "HeliographUnhandledFaults resolved",
  ]);
  scene.watched.assertFaultless();
});

Deno.test("the overview's chart marks when the server started", async () => {
  await using scene = await ConsoleScene.start();
  await scene.login();
  await scene.page.locator('.chart-host[data-marks="start"]').waitFor();
  await scene.page.locator("[data-mark]").filter({ hasText: "started" }).waitFor();
  scene.watched.assertFaultless();
});

Deno.test("each server's card shows how it is and drains it, and the store says how large it is", async () => {
  const folder = await Deno.makeTempDir({ prefix: "heliograph-test-" });
  try {
    const store = `${folder}/store.db`;
    await using scene = await ConsoleScene.start(still, { store });
    await using other = await startGateway({ store });
    const { page, gateway } = scene;
    await scene.login();
    await scene.unlock();
    await scene.open("servers");
    const self = gateway.server.gateway.jobs.instances.self;
    const card = page.locator(`[data-server="${self}"]`);
    await card.filter({ hasText: "this one" }).filter({ hasText: "serving" }).waitFor();
    await page.locator('[data-value="store_bytes"]').filter({ hasText: /^\d[\d.]*\s[KM]B$/ }).waitFor();
    const command = await page.getByLabel("The command that makes a backup").innerText();
    assertMatch(command, /^heliograph store backup --store=.*store\.db heliograph-/);
    const { self: second } = other.gateway.jobs.instances;
    await page.getByLabel("Server", { exact: true }).filter({ hasText: second }).waitFor();
    await scene.act(`Drain server ${second}`);
    assertEquals(other.gateway.status, "draining");
    await page.locator(`[data-server="${second}"]`).filter({ hasText: /draining|gone/ }).waitFor();
    await scene.act("Drain");
    await scene.watched.status(/Reconnecting|Draining/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the picker leads to the same page of another server's console, without another login", async () => {
  const folder = await Deno.makeTempDir({ prefix: "heliograph-test-" });
  try {
    const store = `${folder}/store.db`;
    await using way = new SlowWay();
    await using scene = await ConsoleScene.start(still, { store });
    const address = `http://127.0.0.1:${way.port}`;
    await using other = await startGateway({ store, "admin.public_url": `${address}/` });
    await using _silent = await startGateway({ store });
    way.to = Number(new URL(other.url).port);
    const { page } = scene;
    await scene.login();
    await scene.open("predictions", "?result=refused");
    const { self: second } = other.gateway.jobs.instances;
    const picker = page.getByLabel("Server", { exact: true });
    await picker.filter({ hasText: second }).waitFor();
    await picker.selectOption(second);
    await page.waitForURL(`${address}/console#/predictions?result=refused`);
    await scene.watched.status(/Online/);
    await scene.open("servers");
    await page.locator(`[data-server="${second}"]`).filter({ hasText: "this one" }).waitFor();
    await page.getByText("Where its console is, is not known here").first().waitFor();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a server with a folder for backups makes one at a click, and says how old it is", async () => {
  const folder = await Deno.makeTempDir({ prefix: "heliograph-test-" });
  try {
    const backups = `${folder}/backups`;
    await using scene = await ConsoleScene.start(still, {
      store: `${folder}/store.db`,
      "store.backups": backups,
    });
    await scene.login();
    await scene.unlock();
    await scene.open("servers");
    const last = scene.page.locator('[data-value="last_backup"]');
    await last.filter({ hasText: "none yet" }).waitFor();
    await scene.act("Back up now", /It is being made/);
    await last.filter({ hasText: /ago, \d[\d.]* [KM]B/ }).waitFor();
    const [made, ...others] = [...Deno.readDirSync(backups)].map(({ name }) => name);
    await scene.page.getByText(String(made)).waitFor();
    assertEquals(others, []);
    scene.watched.assertFaultless();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("on a phone the bar at the top has two rows, whatever there is to tell", async () => {
  const folder = await Deno.makeTempDir({ prefix: "heliograph-test-" });
  try {
    const store = `${folder}/store.db`;
    const clock = new FakeClock(Date.now());
    const phone = { ...still, viewport: { width: 390, height: 844 } };
    await using scene = await ConsoleScene.start(phone, { store }, clock);
    await using _other = await startGateway({ store });
    const { page, gateway } = scene;
    await scene.login(/Connected|Online/);
    gateway.server.gateway.activity.unhandledFaults += 3;
    await clock.advance(judgeEvery);
    await page.getByRole("link", { name: "1 alert" }).waitFor();
    await scene.unlock();
    await scene.open("connections");
    const picker = page.getByLabel("Server", { exact: true });
    await picker.waitFor();
    assert(await picker.evaluate(showsAllOfItsText), "the server's name is cut");
    await page.locator(".console-top .status strong").evaluate((status) =>
      void (status.textContent = "Predictions are refused: the disk of the store is full")
    );
    const tops = await page.locator(".console-top > :is(h1, .status, .firing, .picker, form, button)")
      .evaluateAll((parts) =>
        parts.map((part) => {
          const { top, height } = part.getBoundingClientRect();
          return Math.round((top + height / 2) / 20);
        })
      );
    assertEquals(new Set(tops).size, 2, tops.join());
    assertEquals(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
