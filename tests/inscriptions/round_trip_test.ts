import { assert, assertEquals, assertMatch } from "@std/assert";
import * as fc from "fast-check";
import { bytesOf, completed, follow, noise, openDesk, present, request, utf8 } from "./harness.ts";

const key = "key-1";

Deno.test("a file of 2 MiB comes back byte for byte, with its type and hash", async () => {
  await using desk = await openDesk();
  const { inscriptions } = desk;
  const bytes = noise(2 * 1024 * 1024);
  const { jobId, tx_id } = await inscriptions.inscribe(key, request(bytes));
  assertMatch(tx_id, /^0\.0\.1234@\d{10}\.\d{9}$/);
  const { topicId } = await completed(inscriptions, key, jobId);
  const content = present(await inscriptions.content(topicId));
  assertEquals([content.mimeType, content.size], ["application/octet-stream", bytes.length]);
  const back = new Uint8Array(await new Response(content.body).arrayBuffer());
  assertEquals(back, bytes);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  assertEquals(content.hash, digest.toHex());
});

Deno.test("files of any size and repetition come back as they were", async () => {
  await using desk = await openDesk();
  const { inscriptions } = desk;
  const file = fc.tuple(fc.integer({ min: 1, max: 200_000 }), fc.integer({ min: 1, max: 5000 }));
  await fc.assert(
    fc.asyncProperty(file, async ([size, period]) => {
      const pattern = noise(period);
      const bytes = Uint8Array.from({ length: size }, (_, index) => pattern[index % period] ?? 0);
      const { jobId } = await inscriptions.inscribe(key, request(bytes));
      const { topicId } = await completed(inscriptions, key, jobId);
      assertEquals(await bytesOf(inscriptions, topicId), bytes);
    }),
    { numRuns: 25 },
  );
});

Deno.test("progress never falls, comes in at most about a hundred steps, and leaves 100 to the ending", async () => {
  await using desk = await openDesk({ settings: { localPaymentDelay: 1000 } });
  const { inscriptions, clock } = desk;
  const { jobId, status } = await inscriptions.inscribe(key, request(noise(2 * 1024 * 1024)));
  assertEquals(status, "awaiting_payment");
  const ending = await follow(inscriptions, key, jobId);
  await clock.advance(1001);
  const events = await ending();
  const progress = events.filter((event) => event.type === "progress").map(({ data }) => data);
  assert(events.length < 110);
  assert(progress.length > 5);
  assertEquals(
    progress.map(({ progress }) => progress),
    progress.map((p) => p.progress).sort((a, b) => a - b),
  );
  const offsets = events.map(({ data }) => data.offset);
  assertEquals(offsets, offsets.map((_, index) => index + 1));
  const last = progress.at(-1);
  assertEquals([last?.status, last?.progress, last?.messages], ["processing", 99, last?.maxMessages]);
  assert(last?.topicId !== undefined);
  assertEquals(events.at(-1)?.type, "complete");
});

Deno.test("a hashinal has its metadata in a second topic that refers to the first", async () => {
  await using desk = await openDesk();
  const { inscriptions } = desk;
  const body = request(utf8("hello"), {
    mode: "hashinal",
    creator: "Ada",
    description: "A greeting",
    metadataObject: { name: "Hello", attributes: [{ trait_type: "mood", value: "good" }] },
    file: { fileName: "hello.txt", mimeType: "text/plain" },
  });
  const { jobId } = await inscriptions.inscribe(key, body);
  const { topicId, registryTopicId, ...ending } = await completed(inscriptions, key, jobId);
  const jsonTopicId = present(ending.jsonTopicId);
  assertEquals(registryTopicId, undefined);
  assertEquals((await inscriptions.content(jsonTopicId))?.mimeType, "application/json");
  assertEquals(JSON.parse(new TextDecoder().decode(await bytesOf(inscriptions, jsonTopicId))), {
    name: "Hello",
    creator: "Ada",
    description: "A greeting",
    type: "text/plain",
    properties: {},
    format: "HIP412@2.0.0",
    attributes: [{ trait_type: "mood", value: "good" }],
    image: `hcs://1/${topicId}`,
  });
});

Deno.test("each mode and file standard ends with the topics that go with it", async () => {
  await using desk = await openDesk();
  const { inscriptions } = desk;
  const json = utf8('[{"name": "one"}]');
  const cases = [
    [{ mode: "file" }, [false, false]],
    [{ mode: "upload" }, [false, false]],
    [{ mode: "bulk-files" }, [false, false]],
    [{ mode: "hashinal" }, [true, false]],
    [{ mode: "hashinal-collection" }, [true, false]],
    [{ mode: "file", fileStandard: "6" }, [true, true]],
    [{ mode: "hashinal", fileStandard: 6 }, [true, true]],
    [{ mode: "hashinal-collection", onlyJSONCollection: 1, file: { fileName: "all.json" } }, [true, false]],
  ] as const;
  for (const [more, topics] of cases) {
    const { jobId } = await inscriptions.inscribe(key, request(json, more));
    const ending = await completed(inscriptions, key, jobId);
    assertEquals(
      [ending.jsonTopicId !== undefined, ending.registryTopicId !== undefined],
      topics,
      JSON.stringify(more),
    );
    const record = await inscriptions.find(key, jobId);
    assertEquals([record?.topic_id, record?.jsonTopicId], [ending.topicId, ending.jsonTopicId]);
    assertEquals(record?.messages, record?.maxMessages);
  }
});

Deno.test("a collection's JSON alone is file and JSON at once, and has to be JSON", async () => {
  await using desk = await openDesk();
  const { inscriptions } = desk;
  const more = { mode: "hashinal-collection", onlyJSONCollection: true, file: { fileName: "all.json" } };
  const { jobId } = await inscriptions.inscribe(key, request(utf8("[]"), more));
  const { topicId, jsonTopicId } = await completed(inscriptions, key, jobId);
  assertEquals(topicId, jsonTopicId);
  const refused = await inscriptions.inscribe(key, request(noise(50), more)).catch((error) => error);
  assertEquals([refused.code, refused.status], ["unsupported_type", 415]);
});

Deno.test("what is not inscribed has no content", async () => {
  await using desk = await openDesk({ settings: { localPaymentDelay: 1000 } });
  const { inscriptions } = desk;
  await inscriptions.inscribe(key, request(utf8("waits")));
  for (const topic of ["0.0.1001", "0.0.1", "", "nonsense", "0.0.-1", "0.0.1e3", "__proto__"]) {
    assertEquals(await inscriptions.content(topic), null);
  }
});
