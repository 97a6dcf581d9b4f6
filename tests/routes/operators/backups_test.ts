import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { verifyStore } from "../../../lib/operations/mod.ts";
import { startGateway, type TestGateway } from "../../helpers/gateway.ts";
import { Peer, signMessage, testKey } from "../../helpers/peer.ts";
import { TemporaryFolder } from "../../helpers/process.ts";
import { sampleGame, samplePrediction } from "../../helpers/samples.ts";

interface Told {
  readonly folder: string | null;
  readonly under_way: Record<string, unknown> | null;
  readonly last_failure: Record<string, unknown> | null;
  readonly backups: readonly { readonly name: string; readonly bytes: number; readonly made_at: string }[];
}

async function told(server: TestGateway): Promise<Told> {
  return await server.admin("GET", "/admin/backups") as unknown as Told;
}

const begin = (server: TestGateway) => server.admin("POST", "/admin/backups");

Deno.test("a backup that is made while predictions are confirmed is one sound file, private, and written down", async () => {
  await using folder = await TemporaryFolder.make();
  const backups = `${folder.path}/backups`;
  await using server = await startGateway({ store: `${folder.path}/store.db`, "store.backups": backups });
  assertEquals(await told(server), { folder: backups, under_way: null, last_failure: null, backups: [] });
  const key = testKey(1);
  await server.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
  await server.admin("POST", "/admin/games", { games: [sampleGame()] });
  const { peer } = await Peer.authenticated(server.ws, key);
  const confirmed = async (id: string) => {
    peer.send(signMessage(key, "prediction", samplePrediction(id, { wager: 0.1 })));
    await peer.next(({ type }) => type === "confirmation");
  };
  for (let number = 1; number <= 50; number += 1) await confirmed(`before-${number}`);

  const [first, second] = await Promise.allSettled([begin(server), begin(server)]);
  assertEquals([first.status, second.status].sort(), ["fulfilled", "rejected"]);
  const [refused] = [first, second].filter((outcome) => outcome.status === "rejected");
  assertMatch(String(refused?.reason), /409 .*backup_under_way/);
  let meanwhile = 0;
  while ((await told(server)).under_way !== null) await confirmed(`meanwhile-${meanwhile += 1}`);
  await confirmed("after");
  await peer.close();

  const { last_failure, backups: made } = await told(server);
  assertEquals([last_failure, made.length], [null, 1]);
  const { name = "", bytes } = made[0] ?? {};
  assertMatch(name, /^heliograph-\d{4}-\d\d-\d\dT\d{6}Z\.db$/);
  assertEquals([...Deno.readDirSync(backups)].map((entry) => entry.name), [name]);
  const file = `${backups}/${name}`;
  const { size, mode } = Deno.statSync(file);
  assertEquals([size, (mode ?? 0) & 0o777], [bytes, 0o600]);
  const { sound, receipts } = await verifyStore(file);
  assertEquals(sound, true);
  assert(meanwhile > 0 && receipts >= 50 && receipts <= 50 + meanwhile, `${receipts} of 50 and ${meanwhile}`);
  const { predictions } = await server.admin("GET", "/admin/predictions?limit=1000") as {
    predictions: unknown[];
  };
  assertEquals(predictions.length, 50 + meanwhile + 1);
  const { records } = await server.admin("GET", "/admin/audit") as { records: Record<string, unknown>[] };
  const written = records.filter(({ action }) => action === "POST /admin/backups");
  assertEquals(written.map(({ status }) => status).sort(), [202, 409]);
});

Deno.test("without a folder for backups, or a file to make them of, the refusal says what to do", async () => {
  await using folder = await TemporaryFolder.make();
  await using unconfigured = await startGateway({ store: `${folder.path}/store.db` });
  await assertRejects(() => begin(unconfigured), Error, "--store.backups=FOLDER");
  assertEquals((await told(unconfigured)).folder, null);
  await using fleeting = await startGateway({ "store.backups": `${folder.path}/backups` });
  await assertRejects(() => begin(fleeting), Error, "pg_dump");
  assertEquals((await told(fleeting)).folder, null);
});
