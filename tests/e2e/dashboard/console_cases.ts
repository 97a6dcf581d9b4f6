import { assert, assertEquals, assertMatch } from "@std/assert";
import { adminToken } from "../../helpers/gateway.ts";
import { testKey } from "../../helpers/peer.ts";
import { sampleGame, samplePrediction } from "../../helpers/samples.ts";
import { ConsoleScene, still } from "./console_scene.ts";
import { findPaleTexts } from "./contrast.ts";

const pages = [
  "",
  "miners",
  "predictions",
  "connections",
  "games",
  "receipts",
  "jobs",
  "jobs?show=keys",
  "streams",
  "alerts",
  "servers",
  "audit",
  "settings",
];

Deno.test("the console lets in who has the token, and nobody else; a reload asks for nothing", async () => {
  await using scene = await ConsoleScene.start();
  const { page } = scene;
  await page.getByLabel("Admin token").fill("a guess");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("alert").filter({ hasText: "Wrong admin token" }).waitFor();
  await scene.login();
  const [cookie] = await page.context().cookies();
  assertEquals([cookie?.name, cookie?.httpOnly, cookie?.sameSite], ["heliograph_session", true, "Strict"]);
  assertEquals(await page.evaluate(() => document.cookie), "");
  await page.reload();
  await scene.watched.status(/Online/);
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByLabel("Admin token").waitFor();
  await page.reload();
  await page.getByLabel("Admin token").waitFor();
  assertEquals(scene.watched.faults.filter((fault) => !/status of 401/.test(fault)), []);
});

Deno.test("whoever guesses is told to wait", async () => {
  await using scene = await ConsoleScene.start();
  const { page } = scene;
  for (let guess = 0; guess < 5; guess += 1) {
    await page.getByLabel("Admin token").fill(`guess ${guess}`);
    const answered = page.waitForResponse(/console\/login/);
    await page.getByRole("button", { name: "Log in" }).click();
    assertEquals((await answered).status(), 401);
  }
  await page.getByLabel("Admin token").fill(adminToken);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("alert").filter({ hasText: "Too many wrong tokens" }).waitFor();
  assertEquals(scene.watched.faults.filter((fault) => !/status of 4(?:01|29)/.test(fault)), []);
});

Deno.test("whoever leaves the screen is logged out after 15 minutes, at the server too", async () => {
  await using scene = await ConsoleScene.start();
  const { page, gateway } = scene;
  await page.clock.install();
  await page.reload();
  await scene.login();
  const [cookie] = await page.context().cookies();
  await page.clock.fastForward(14 * 60_000);
  await page.getByRole("link", { name: "Audit" }).click();
  await page.getByText("POST /console/login").waitFor();
  await page.clock.fastForward(14 * 60_000);
  await scene.watched.status(/Online/);
  await page.clock.fastForward(61_000 + 5000);
  await page.getByLabel("Admin token").waitFor();
  const answer = await gateway.call("GET", "/admin/audit", {
    headers: { cookie: `${cookie?.name}=${cookie?.value}` },
  });
  assertEquals(answer.status, 401);
  scene.watched.assertFaultless();
});

Deno.test("whoever logs out asks for nothing more, but where that fails", async () => {
  await using scene = await ConsoleScene.start();
  const { page } = scene;
  await scene.login();
  const logout = page.getByRole("button", { name: "Log out" });
  await page.route("**/console/logout", (route) => route.fulfill({ status: 503, json: {} }), { times: 1 });
  const refused = page.waitForResponse(/console\/logout/);
  await logout.click();
  await (await refused).finished();
  await scene.open("games");
  await scene.row("g1").waitFor();
  await page.route("**/console/logout", async (route) => {
    const response = await route.fetch();
    // The server knows the session no more, and the page has not heard of it.
    await scene.open("miners");
    await page.getByRole("heading", { level: 1, name: "Miners" }).waitFor();
    await page.getByRole("alert").filter({ hasText: "You are logging out" }).waitFor();
    await route.fulfill({ response });
  });
  await logout.click();
  await page.getByLabel("Admin token").waitFor();
  assertEquals(scene.watched.faults.filter((fault) => !/status of 503/.test(fault)), []);
});

Deno.test("what is typed at the top is found: a miner by uid or hotkey, a connection, a prediction", async () => {
  await using scene = await ConsoleScene.start();
  const { page, gateway } = scene;
  const peer = await gateway.connect();
  await gateway.submit(samplePrediction("casino-1"));
  await scene.login();
  const find = async (text: string) => {
    await page.getByRole("searchbox", { name: /a prediction or a connection/ }).fill(text);
    await page.keyboard.press("Enter");
  };
  const { address } = gateway.key;
  for (const text of ["7", address, address.slice(0, 12)]) {
    await find(text);
    await page.getByRole("complementary", { name: "Miner 7" }).waitFor();
    await scene.open("audit");
  }
  await scene.open("miners", `?open=${address}`);
  const id = await page.getByRole("complementary").getByRole("link", { name: /^c\w+, since/ }).innerText()
    .then((text) => text.split(",")[0] ?? "");
  await find(id);
  const connection = page.getByRole("complementary", { name: `Connection ${id}` });
  await connection.getByText("authenticated").waitFor();
  await peer.close();
  await scene.open("audit");
  await find(id);
  await connection.locator('[data-what="closed"]').waitFor();
  await find("casino-1");
  await page.getByText("casino-1").waitFor();
  assertMatch(page.url(), /#\/predictions\?search=casino-1/);
  scene.watched.assertFaultless();
});

Deno.test("a refused prediction shows on three pages as it happens", async () => {
  await using scene = await ConsoleScene.start();
  const { page, gateway } = scene;
  await scene.login();
  await page.getByText("Needs attention").waitFor();
  await gateway.submit({
    predictions: Array.from({ length: 12 }, (_, index) => samplePrediction(`p${index}`, { wager: 2000 })),
  });
  await page.locator('[data-value="reasons"]').filter({ hasText: "wager limit" }).waitFor();
  await page.locator('[data-value="attention"]').filter({ hasText: "Most predictions are refused" })
    .waitFor();
  await scene.watched.status(/Predictions are refused: wager limit/);
  await page.getByRole("link", { name: "wager limit" }).click();
  await page.locator("[data-row]").first().waitFor();
  assertMatch(page.url(), /#\/predictions\?result=refused&search=wager\+limit/);
  await page.locator("[data-row]").nth(11).waitFor();
  assertEquals(await page.locator("[data-row]").count(), 12);
  await scene.row("12").getByRole("button").click();
  await page.getByRole("complementary").getByText("Daily wager limit exceeded").waitFor();
  await scene.open("miners", `?open=${gateway.key.address}`);
  await page.getByRole("complementary").getByText("Daily wager limit exceeded").waitFor();
  await scene.row(gateway.key.address).filter({ hasText: "12" }).waitFor();
  scene.watched.assertFaultless();
});

Deno.test("predictions can be paused, and say how many came meanwhile; an accepted one shows its receipt", async () => {
  await using scene = await ConsoleScene.start();
  const { page, gateway } = scene;
  await scene.login();
  await scene.open("predictions");
  await gateway.submit(samplePrediction("first"));
  await page.getByText("first").waitFor();
  await page.getByRole("button", { name: "Pause" }).click();
  await gateway.submit({ predictions: [samplePrediction("second"), samplePrediction("third")] });
  await page.getByRole("button", { name: "2 new" }).waitFor();
  assertEquals(await page.getByText("second").count(), 0);
  await page.getByRole("button", { name: "2 new" }).click();
  await page.getByText("second").waitFor();
  await scene.row("1").getByRole("button").click();
  const drawer = page.getByRole("complementary");
  await drawer.getByText("Hash of the receipt before").waitFor();
  assertMatch(await drawer.innerText(), /"prediction_id": "first"/);
  for (const name of ["signature", "hash", "before", "after"]) {
    await drawer.locator(`[data-value="${name}"]`).filter({ hasText: "yes" }).waitFor();
  }
  assertMatch(
    await drawer.getByLabel("The text that the validator signed").innerText(),
    /"type": "confirmation"/,
  );
  await drawer.getByText("second").waitFor();
  scene.watched.assertFaultless();
});

Deno.test("actions are locked until the token is given again, show their command, and a blacklisted miner goes", async () => {
  await using scene = await ConsoleScene.start();
  const { page, gateway } = scene;
  const peer = await gateway.connect();
  await scene.login();
  await scene.open("miners", `?open=${gateway.key.address}`);
  await scene.row(gateway.key.address).filter({ hasText: "connected" }).waitFor();
  await page.getByRole("button", { name: "Blacklist", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Blacklist" });
  assertMatch(
    await dialog.getByLabel("The command that does the same").innerText(),
    new RegExp(
      `^curl -X PUT '${gateway.server.url}/admin/miners/${gateway.key.address}' .* -d '.*"blacklisted":true`,
    ),
  );
  assert(await dialog.getByRole("button", { name: "Blacklist", exact: true }).isDisabled());
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await scene.unlock();
  await scene.act("Blacklist");
  assertEquals((await peer.ended).code, 1008);
  await scene.row(gateway.key.address).filter({ hasText: "blacklisted" }).waitFor();
  await scene.open("audit");
  await page.getByText(`PUT /admin/miners/${gateway.key.address}`).first().waitFor();
  scene.watched.assertFaultless();
});

Deno.test("a game that is published reaches a miner, and one that is closed takes no more predictions", async () => {
  await using scene = await ConsoleScene.start();
  const { page, gateway } = scene;
  const peer = await gateway.connect();
  await scene.login();
  await scene.unlock();
  await scene.open("games");
  await page.getByRole("button", { name: "Publish", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Publish" });
  assert(await dialog.getByRole("button", { name: "Publish", exact: true }).isDisabled());
  await dialog.getByLabel("Id").fill("g9");
  await dialog.getByText("Game 1: team_a: Too small").waitFor();
  await dialog.getByLabel("Team A", { exact: true }).fill("Arsenal");
  await dialog.getByLabel("Team B", { exact: true }).fill("Chelsea");
  await dialog.getByLabel("Odds of team A").fill("2.1");
  await dialog.getByLabel("Odds of team B").fill("3.4");
  await dialog.getByText("event_start_date: expected an ISO 8601 date and time").waitFor();
  await dialog.getByLabel(/Starts/).fill("2099-01-01T15:00");
  await dialog.getByText("1 to publish, to 1 connected miner").waitFor();
  await dialog.getByRole("button", { name: "Publish", exact: true }).click();
  await dialog.getByText("1 changed, sent to 1 miner").waitFor();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  const update = await peer.next(({ type }) => type === "game_update");
  assertMatch(JSON.stringify(update), /"g9"/);
  await scene.row("g9").getByRole("button").click();
  await page.getByRole("button", { name: "Change", exact: true }).click();
  const changing = page.getByRole("dialog", { name: "Change" });
  await changing.getByRole("button", { name: "JSON" }).click();
  await changing.getByRole("textbox").fill('{"game_id": "g9", "team_a": 3}');
  await changing.getByText("Game 1: team_a: expected string").waitFor();
  await changing.getByRole("textbox").fill(JSON.stringify(sampleGame("g9", { team_a_odds: 2.5 })));
  await changing.getByText("1 to publish").waitFor();
  await changing.getByRole("button", { name: "Change", exact: true }).click();
  await changing.getByText("1 changed, sent to 1 miner").waitFor();
  await changing.getByRole("button", { name: "Close", exact: true }).click();
  await page.getByRole("list", { name: "Changes of the odds" }).getByText("2.50 / 3.40 / 3.25").waitFor();
  await scene.act("Close the game", /1 changed/);
  await scene.row("g9").filter({ hasText: "closed" }).waitFor();
  assertEquals((await gateway.submit(samplePrediction("late", { game_id: "g9" }))).status, 422);
  await peer.close();
  scene.watched.assertFaultless();
});

Deno.test("a metagraph is imported after a look at what it changes", async () => {
  await using scene = await ConsoleScene.start();
  const { page, gateway } = scene;
  const peer = await gateway.connect();
  await scene.login();
  await scene.open("miners");
  await scene.row(gateway.key.address).waitFor();
  await page.getByRole("button", { name: "Import" }).click();
  const dialog = page.getByRole("dialog", { name: "Import" });
  const [kept, added] = [testKey(8).address, testKey(9).address];
  await gateway.register(testKey(8), 8);
  await dialog.getByRole("textbox").fill('{"miners": [{"hotkey": "nobody", "uid": 1}]}');
  await dialog.getByText('hotkey "nobody" is not an SS58 address').waitFor();
  const list = { miners: [{ hotkey: kept, uid: 18 }, { hotkey: added, uid: 9 }] };
  await dialog.getByRole("textbox").fill(JSON.stringify(list));
  await dialog.getByText("1 added, 1 changed, 1 removed").waitFor();
  assertMatch(await dialog.getByRole("list", { name: "What it changes" }).innerText(), /uid 8 → uid 18/);
  assert(await dialog.getByRole("button", { name: "Import", exact: true }).isDisabled());
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await scene.unlock();
  await scene.act("Import", /Done: 1 added, 1 changed, 1 removed/);
  assertEquals((await peer.ended).code, 1008);
  await scene.row(added).waitFor();
  await scene.row(gateway.key.address).waitFor({ state: "detached" });
  assertEquals(scene.watched.faults.filter((fault) => !/status of 400/.test(fault)), []);
});

Deno.test("a miner that is opened shows its day, its latest predictions, its connection and its chain", async () => {
  await using scene = await ConsoleScene.start();
  const { page, gateway } = scene;
  const peer = await gateway.connect();
  await gateway.submit({ predictions: [samplePrediction("a"), samplePrediction("b", { wager: 2000 })] });
  await scene.login();
  await scene.open("miners", `?open=${gateway.key.address}`);
  const drawer = page.getByRole("complementary");
  const latest = drawer.getByRole("list", { name: "Latest predictions" });
  await latest.getByText("wager limit").waitFor();
  await gateway.submit(samplePrediction("c", { wager: 0.004 }));
  await latest.getByRole("listitem").filter({ hasText: "0.004" }).waitFor();
  await drawer.getByRole("img", { name: /Predicted in 1 of the last 48 half hours, \d accepted, 1 refused/ })
    .waitFor();
  await drawer.filter({ hasText: /Wagered today\s*1\.504 of 1,000/ }).filter({
    hasText: /authenticated|open/,
  })
    .waitFor();
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV" }).click();
  const csv = await Deno.readTextFile(await (await downloading).path());
  assertMatch(csv, new RegExp(`\r\n7,${gateway.key.address},false,20`));
  assertMatch(csv, /Daily wager limit exceeded/);
  await latest.getByRole("link", { name: "c" }).click();
  await page.getByRole("complementary", { name: "Prediction with sequence 2" })
    .locator('[data-value="before"]').filter({ hasText: "yes" }).waitFor();
  await peer.close();
  scene.watched.assertFaultless();
});

Deno.test("a connection is dropped, and its ending says why", async () => {
  await using scene = await ConsoleScene.start();
  const { page, gateway } = scene;
  const peer = await gateway.connect();
  await scene.login();
  await scene.unlock();
  await scene.open("connections", `?search=${gateway.key.address}`);
  const opener = page.locator("[data-row] button").first();
  const id = await opener.innerText();
  await opener.click();
  await page.getByRole("complementary").getByText("authenticated").waitFor();
  await scene.act("Drop");
  await peer.ended;
  await scene.row(id).waitFor();
  await page.getByRole("complementary").getByText("closed").first().waitFor();
  await page.getByRole("list", { name: "Endings by cause" }).getByRole("button").first().waitFor();
  scene.watched.assertFaultless();
});

Deno.test("a drain shows where the operator is", async () => {
  await using scene = await ConsoleScene.start();
  await scene.login();
  await scene.unlock();
  await scene.open("settings", "?search=heartbeat");
  await scene.page.getByText("websocket.heartbeat_interval").waitFor();
  assertEquals(await scene.page.getByText(adminToken).count(), 0);
  await scene.act("Drain");
  await scene.watched.status(/Reconnecting|Draining/);
});

Deno.test("any of 2,000 miners is found, and only those in view are there", async () => {
  await using scene = await ConsoleScene.start();
  const { registry } = scene.gateway.server.gateway.validator;
  const miners = Array.from({ length: 2000 }, (_, index) => ({
    hotkey: testKey(1000 + index).address,
    uid: 1000 + index,
    blacklisted: false,
  }));
  for (const miner of miners) await registry.put(miner);
  await scene.login();
  await scene.open("miners");
  await scene.page.getByText("2,001 of 2,001").waitFor();
  assert(await scene.page.locator("[data-row]").count() < 60);
  const wanted = miners[1234]?.hotkey ?? "";
  await scene.page.getByRole("searchbox", { name: "Search for a hotkey, a uid or an error" }).fill(wanted);
  await scene.row(wanted).waitFor();
  await scene.page.waitForURL(/search=5/);
  scene.watched.assertFaultless();
});

Deno.test("every page of the console is readable in light and dark, and no wider than the screen", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    await using scene = await ConsoleScene.start({ ...still, colorScheme });
    const { page, gateway } = scene;
    assertEquals(await page.evaluate(findPaleTexts), []);
    await gateway.submit({ predictions: [samplePrediction("a"), samplePrediction("b", { wager: 2000 })] });
    await scene.login();
    for (const name of pages) {
      await scene.open(name);
      await page.locator('main[aria-busy="true"]').waitFor({ state: "detached" });
      await page.getByRole("heading", { level: 1 }).waitFor();
      for (const width of [390, 768, 1280, 1920]) {
        await page.setViewportSize({ width, height: 900 });
        const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assertEquals(excess, 0, `${name} at ${width}`);
      }
      assertEquals(await page.evaluate(findPaleTexts), [], name);
      assertEquals(await page.getByRole("button", { name: /^$/ }).count(), 0, name);
    }
    scene.watched.assertFaultless();
  }
});

Deno.test("the pages are reached with the keyboard alone", async () => {
  await using scene = await ConsoleScene.start();
  const { page } = scene;
  await page.waitForFunction(() => document.activeElement?.id === "token");
  await page.keyboard.type(adminToken);
  await page.keyboard.press("Enter");
  await scene.watched.status(/Online/);
  const link = page.getByRole("link", { name: "Games" });
  for (let step = 0; step < 20; step += 1) {
    if (await link.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Games" }).waitFor();
  assertEquals(await link.getAttribute("aria-current"), "page");
  scene.watched.assertFaultless();
});
