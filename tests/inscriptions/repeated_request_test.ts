import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { InscriptionError } from "../../lib/inscriptions/mod.ts";
import { completed, eventsOf, openDesk, request, utf8 } from "./harness.ts";
import { until } from "../helpers/until.ts";

const file = utf8("once");

Deno.test("a request that comes again under its id gets the job that it has made, which goes on alone", async () => {
  await using desk = await openDesk();
  const { inscriptions } = desk;
  const first = await inscriptions.inscribe("key", request(file, { requestId: "r-1" }));
  const again = await inscriptions.inscribe("key", request(file, { requestId: "r-1" }));
  assertEquals(again.jobId, first.jobId);
  await completed(inscriptions, "key", first.jobId);
  const late = await inscriptions.inscribe("key", request(file, { requestId: "r-1" }));
  assertEquals([late.jobId, late.tx_id, late.status], [first.jobId, first.tx_id, "completed"]);
  assertEquals((await eventsOf(inscriptions, "key", late.jobId, late)).at(-1)?.type, "complete");
  assertEquals((await inscriptions.numbers({})).length, 1);
  await until(() => inscriptions.activeJobs === 0, "the end of all jobs");
});

Deno.test("requests that come at once under one id make one job", async () => {
  await using desk = await openDesk();
  const { inscriptions } = desk;
  const body = request(file, { requestId: "r-1" });
  const started = await Promise.all([1, 2, 3, 4].map(() => inscriptions.inscribe("key", body)));
  assertEquals(new Set(started.map(({ jobId }) => jobId)).size, 1);
  await completed(inscriptions, "key", started[0]?.jobId ?? "");
  assertEquals((await inscriptions.holder("key", { holderId: "0.0.1234" })).length, 1);
  await until(() => inscriptions.activeJobs === 0, "the end of all jobs");
  const blobs = await Array.fromAsync(desk.store.list({ prefix: ["blobs"] }));
  assertEquals(blobs.map(({ key }) => key), []);
});

Deno.test("a request id is its key's own, and a refused request can be made again under it", async () => {
  await using desk = await openDesk();
  const { inscriptions } = desk;
  const body = request(file, { requestId: "r-1" });
  const refused = inscriptions.inscribe("key", request(utf8(""), { requestId: "r-1" }));
  await assertRejects(() => refused, InscriptionError, "empty");
  const one = await inscriptions.inscribe("key", body);
  const other = await inscriptions.inscribe("other", body);
  assertNotEquals(one.jobId, other.jobId);
  await assertRejects(() => inscriptions.inscribe("key", { ...body, requestId: "ü" }), InscriptionError);
});
