import { assert, assertEquals } from "@std/assert";
import { openEngine } from "../../lib/engine/mod.ts";
import { AuditLog } from "../../lib/operations/audit_log.ts";

const minute = 60_000;
const action = { actor: "nobody", action: "POST /console/login", status: 401 } as const;

Deno.test("what is refused again within an hour stands in one row, with how often and until when", async () => {
  using engine = await openEngine(":memory:");
  const audit = new AuditLog(engine);
  for (let at = 0; at < 10; at += 1) await audit.recordRefused({ ...action, address: "192.0.2.7", at });
  await audit.record({ ...action, actor: "token", address: "192.0.2.7", at: 20, status: 200 });
  await Promise.all(
    [60, 61, 62].map((at) => audit.recordRefused({ ...action, address: "192.0.2.7", at: at * minute })),
  );
  const rows = (await audit.before(Infinity, 100)).map(({ at, count, lastAt }) => [at, count, lastAt]);
  assertEquals(rows, [[60 * minute, 3, 62 * minute], [20, undefined, undefined], [0, 10, 9]]);
});

Deno.test("refusals of very many addresses share a row", async () => {
  using engine = await openEngine(":memory:");
  const audit = new AuditLog(engine);
  for (let host = 0; host < 110; host += 1) {
    await audit.recordRefused({ ...action, address: `198.51.100.${host}`, at: host });
  }
  const rows = await audit.before(Infinity, 1000);
  assertEquals(rows.length, 101);
  assertEquals(rows.find(({ address }) => address === "many addresses")?.count, 10);
  assert(rows.every(({ count, lastAt }) => lastAt === undefined ? count === 1 : count === 10));
});

Deno.test("what is done in one moment is told in its order, the newest first", async () => {
  using engine = await openEngine(":memory:");
  const audit = new AuditLog(engine);
  for (let status = 200; status < 220; status += 1) {
    await audit.record({ ...action, actor: "token", address: "192.0.2.7", at: 20, status });
  }
  const told = (await audit.before(Infinity, 100)).map(({ status }) => status);
  assertEquals(told, Array.from({ length: 20 }, (_, index) => 219 - index));
});
