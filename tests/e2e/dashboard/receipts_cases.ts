import { assert, assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import { adminToken } from "../../helpers/gateway.ts";
import { samplePrediction } from "../../helpers/samples.ts";
import { ConsoleScene } from "./console_scene.ts";

/** A console with five accepted predictions, and their confirmations. */
async function withReceipts(scene: ConsoleScene): Promise<string[]> {
  const { gateway } = scene;
  await gateway.submit({ predictions: ["a", "b", "c", "d", "e"].map((id) => samplePrediction(id)) });
  const answer = await fetch(
    `${gateway.server.adminUrl}/admin/miners/${gateway.key.address}/receipts`,
    { headers: { authorization: `Bearer ${adminToken}` } },
  );
  return (await answer.text()).trim().split("\n");
}

async function drop(scene: ConsoleScene, lines: readonly string[]): Promise<void> {
  const buffer = Buffer.from(`${lines.join("\n")}\n`);
  await scene.page.locator("input[type=file]").setInputFiles({
    name: "receipts.jsonl",
    mimeType: "text/plain",
    buffer,
  });
}

Deno.test("a file of receipts is checked in the browser, and its first bad line is shown", async () => {
  await using scene = await ConsoleScene.start();
  const lines = await withReceipts(scene);
  const { page } = scene;
  await scene.login();
  await scene.open("receipts");
  await page.getByRole("textbox", { name: "Signed by" }).and(
    page.locator(`[value="${scene.gateway.server.gateway.validator.address}"]`),
  ).waitFor();
  await drop(scene, lines);
  const outcome = page.getByRole("region", { name: "receipts.jsonl" });
  await outcome.getByText("sound", { exact: true }).waitFor();
  const forged = lines.with(
    2,
    (lines[2] ?? "").replace('"Prediction was accepted', '"Prediction was refused'),
  );
  await drop(scene, forged);
  await outcome.getByText("not sound", { exact: true }).waitFor();
  const bad = await outcome.locator('[data-value="first-bad"]').innerText();
  assertMatch(bad, /The first bad line is line 3/);
  assertMatch(bad, /the signature is not the validator's over this text/);
  const downloading = page.waitForEvent("download");
  await outcome.getByRole("button", { name: "Download the proof" }).click();
  const download = await downloading;
  assertEquals(download.suggestedFilename(), "receipts.jsonl.proof.json");
  const proof = JSON.parse(await Deno.readTextFile(await download.path()));
  assertEquals([proof.verdict, proof.first_bad_line.line, proof.first_bad_line.text], [
    "not sound",
    3,
    forged[2],
  ]);
  await drop(scene, lines.toSpliced(1, 1));
  await outcome.getByText("receipt 2 is missing").first().waitFor();
  scene.watched.assertFaultless();
});

Deno.test("all receipts of a miner are checked, and can be had", async () => {
  await using scene = await ConsoleScene.start();
  const lines = await withReceipts(scene);
  const { page } = scene;
  await scene.login();
  await scene.open("receipts");
  await page.getByLabel("Or all that a miner has").fill("7");
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.getByText("sound", { exact: true }).waitFor();
  await page.getByText("5 confirmations").waitFor();
  assertMatch(page.url(), new RegExp(`miner=${scene.gateway.key.address}`));
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the receipts" }).click();
  const text = await Deno.readTextFile(await (await downloading).path());
  const hashes = (lines: readonly string[]) => lines.map((line) => JSON.parse(line).data.receipt);
  assertEquals(hashes(text.trim().split("\n")), hashes(lines));
  scene.watched.assertFaultless();
});

Deno.test("a prediction of earlier is found by its id, with what proves it", async () => {
  await using scene = await ConsoleScene.start();
  const { page, gateway } = scene;
  await gateway.submit(samplePrediction("early-one"));
  // More than whoever comes is told of.
  const refused = Array.from(
    { length: 100 },
    (_, index) => samplePrediction(`late-${index}`, { wager: 2000 }),
  );
  for (let round = 0; round < 2; round += 1) await gateway.submit({ predictions: refused });
  await scene.login(/Predictions are refused/);
  await page.getByRole("searchbox", { name: /Search for a hotkey/ }).fill("early-one");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Accepted earlier, of miner 7" }).click();
  const drawer = page.getByRole("complementary", { name: "Prediction with sequence 1" });
  await drawer.locator('[data-value="signature"]').filter({ hasText: "yes" }).waitFor();
  assert((await drawer.innerText()).includes('"prediction_id": "early-one"'));
  scene.watched.assertFaultless();
});
