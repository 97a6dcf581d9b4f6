import { assertEquals, assertRejects } from "@std/assert";
import { openEngine } from "../../lib/engine/mod.ts";
import { BackupRefused, Backups, FreeSpace, StoreSize } from "../../lib/operations/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { TemporaryFolder } from "../helpers/process.ts";
import { until } from "../helpers/until.ts";

function backupsOf(location: string, folder: string, free = Infinity): Backups {
  const clock = new FakeClock();
  const space = new FreeSpace({ file: undefined, least: 1000, clock });
  const engine = {
    tableBytes: () => Promise.resolve(undefined),
    durability: () => Promise.resolve("disk" as const),
  };
  const size = new StoreSize({ location, space, clock, engine });
  const measure = () => Promise.resolve(free);
  return new Backups({ location, size, folder, clock, measure });
}

/** Holds this thread, so that no worker is heard meanwhile. */
function waitWithoutHearing(holds: () => boolean): void {
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  for (let looks = 0; !holds(); looks += 1) {
    if (looks > 6000) throw new Error("Waited a minute in vain");
    Atomics.wait(nothing, 0, 0, 10);
  }
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name);

Deno.test("a backup that would leave too little of the disk free is not begun, and the next one may be", async () => {
  await using folder = await TemporaryFolder.make();
  const location = `${folder.path}/store.db`;
  using _engine = await openEngine(location);
  const backups = backupsOf(location, `${folder.path}/backups`, 1000);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const { reason } = await assertRejects(() => backups.begin(), BackupRefused, "free, less than");
    assertEquals([reason, backups.underWay], ["no_space", undefined]);
  }
});

Deno.test("a server that stops leaves nothing of a backup that it was making, unless that is whole", async () => {
  await using folder = await TemporaryFolder.make();
  const location = `${folder.path}/store.db`;
  using _engine = await openEngine(location);
  const backups = backupsOf(location, `${folder.path}/backups`);
  const { name } = await backups.begin();
  Deno.writeTextFileSync(`${folder.path}/backups/${name}.part`, "a part of it");
  backups.close();
  const isWhole = backups.failure === null;
  assertEquals(
    namesIn(`${folder.path}/backups`).filter((left) => left === name || !isWhole),
    isWhole ? [name] : [],
  );
  assertEquals([backups.underWay, backups.failure?.problem], [
    undefined,
    isWhole ? undefined : "the server stopped",
  ]);
  await assertRejects(() => backups.begin(), BackupRefused, "The server stops");
});

Deno.test("a backup that is whole when the server stops stays, and did not fail", async () => {
  await using folder = await TemporaryFolder.make();
  const location = `${folder.path}/store.db`;
  using _engine = await openEngine(location);
  const backups = backupsOf(location, `${folder.path}/backups`);
  const { name } = await backups.begin();
  waitWithoutHearing(() => namesIn(`${folder.path}/backups`).includes(name));
  backups.close();
  assertEquals([namesIn(`${folder.path}/backups`), backups.failure], [[name], null]);
});

Deno.test("a backup that cannot be made says why, and another one may be begun", async () => {
  await using folder = await TemporaryFolder.make();
  const location = `${folder.path}/store.db`;
  Deno.writeTextFileSync(location, "no store");
  const backups = backupsOf(location, `${folder.path}/backups`);
  await backups.begin();
  await until(() => backups.underWay === undefined, "its end");
  assertEquals([typeof backups.failure?.problem, namesIn(`${folder.path}/backups`)], ["string", []]);
  await backups.begin();
  backups.close();
});

Deno.test("a store in a database has its backups made by pg_dump", async () => {
  const backups = backupsOf("postgres://nobody@127.0.0.1:9/none", "backups");
  const { reason } = await assertRejects(() => backups.begin(), BackupRefused, "pg_dump");
  assertEquals([reason, backups.folder, await backups.list()], ["unavailable", undefined, []]);
});
