import { assertEquals } from "@std/assert";
import { until } from "../../helpers/until.ts";
import { jobErrorOf, JobScene } from "./job_scene.ts";

Deno.test("a job's transaction is executed once, and the server is told when it is", async () => {
  for (const [mode, way] of [["websocket", "Socket.IO"], ["http", "HTTP"]] as const) {
    const executed = Promise.withResolvers<void>();
    const paid: string[] = [];
    const pay = (bytes: string, jobId: string) => {
      paid.push(`${bytes} ${jobId}`);
      return executed.promise;
    };
    using scene = new JobScene({ mode, pay });
    const { job, result } = await scene.begin();
    await scene.clock.advance(1000);
    assertEquals([paid, scene.server.said], [["AQ== job-1"], []]);
    executed.resolve();
    await until(() => scene.server.said.length > 0, "a word of the payment");
    scene.server.complete(job);
    await scene.passUntil(() => scene.percentages.at(-1) === 100, "the end");
    await result;
    assertEquals([paid.length, scene.server.said], [1, [`${way} job-1`]]);
  }
});

Deno.test("what a lost connection leaves untold is told over the next one", async () => {
  const executed = Promise.withResolvers<void>();
  using scene = new JobScene({ mode: "websocket", pay: () => executed.promise });
  const { job, result } = await scene.begin();
  scene.server.drop();
  executed.resolve();
  await scene.passUntil(() => scene.server.said.length > 0, "a word of the payment");
  scene.server.complete(job);
  await result;
  assertEquals(scene.server.said, ["Socket.IO job-1"]);
});

Deno.test("a server that cannot take the word yet is told again, one that does not know it is not", async () => {
  using scene = new JobScene({ mode: "websocket" });
  scene.server.doubts.push({ code: "stopping", retryAfterMs: 100 }, { code: "invalid_request" });
  const { job, result } = await scene.begin();
  await scene.passUntil(() => scene.server.said.length === 2, "the word again");
  await scene.clock.advance(10_000);
  scene.server.complete(job);
  await result;
  assertEquals(scene.server.said.length, 2);
});

Deno.test("of a payment that failed nothing is said", async () => {
  for (const mode of ["websocket", "http"] as const) {
    using scene = new JobScene({ mode, pay: () => Promise.reject(new Error("no funds")) });
    const error = await jobErrorOf(scene.inscribe());
    assertEquals([error.code, error.message], ["payment_failed", "Cannot pay for job job-1: no funds"]);
    await scene.clock.advance(60_000);
    assertEquals(scene.server.said, []);
  }
});
