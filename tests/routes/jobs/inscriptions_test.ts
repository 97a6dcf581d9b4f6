import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { type Answer, type Fields, httpRequest, JobScene, noise } from "../../helpers/job_scene.ts";
import { serve } from "../../inscriptions/sites.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** Fields that every record has, in the order of the protocol, with what they are before and after. */
const always = [
  "id",
  "status",
  "completed",
  "tx_id",
  "transactionId",
  "transactionBytes",
  "topic_id",
  "messages",
  "maxMessages",
  "mode",
];

/** Starts a job over HTTP and answers its record once it has ended. */
async function inscribe(scene: JobScene, bytes: Uint8Array, more: Fields = {}): Promise<Fields> {
  const { status, body } = await scene.post(httpRequest(bytes, more));
  assertEquals(status, 200, JSON.stringify(body));
  return await scene.ended(body["id"]);
}

/** Checks that a refusal says the same in both places, and names what it is. */
function checkError({ status, body }: Answer, expected: number, code: string, said: string): void {
  const error = body["error"] as Fields;
  assertEquals([status, error["code"]], [expected, code], JSON.stringify(body));
  assertEquals(body["message"], error["message"]);
  assertStringIncludes(String(body["message"]), said);
}

/** Calls any path, with the key. */
async function call(scene: JobScene, method: string, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${scene.server.url}${path}`, {
    method,
    headers: { "x-api-key": scene.key, ...headers },
  });
  return { status: response.status, headers: response.headers, bytes: await response.bytes() };
}

Deno.test("a file is inscribed and read back, below either path", async () => {
  await using scene = await JobScene.start();
  for (const mount of ["inscriptions", "api/inscriptions"]) {
    const bytes = noise(100_000);
    const headers = { "x-api-key": scene.key };
    const started = await fetch(`${scene.server.url}/${mount}/start-inscription`, {
      method: "POST",
      headers,
      body: JSON.stringify(httpRequest(bytes)),
    });
    assertEquals([started.status, started.headers.get("cache-control")], [200, "no-store"]);
    assertMatch(started.headers.get("content-type") ?? "", /^application\/json/);
    const record = await started.json();
    for (const field of always) assert(field in record, field);
    assertEquals([record.completed, record.topic_id, record.mode], [false, null, "file"]);
    assertEquals(record.tx_id, record.transactionId);
    assertMatch(record.transactionBytes, /^[A-Za-z0-9+/]+=*$/);
    assertEquals(["jsonTopicId" in record, "registryTopicId" in record, "error" in record], [
      false,
      false,
      false,
    ]);

    const ended = await scene.ended(record.id);
    assertEquals([ended["status"], ended["completed"], ended["progress"]], ["completed", true, 100]);
    assertEquals(ended["messages"], ended["maxMessages"]);
    assertMatch(String(ended["topic_id"]), /^0\.0\.\d+$/);
    const dashed = record.tx_id.replace(/@(\d+)\.(\d+)$/, "-$1-$2");
    for (const id of [record.id, record.tx_id, dashed]) {
      const url = `${scene.server.url}/${mount}/retrieve-inscription?id=${encodeURIComponent(id)}`;
      assertEquals(await (await fetch(url, { headers })).json(), ended);
    }
    assertEquals(await scene.content(ended["topic_id"]), bytes);
  }
});

Deno.test("base64 comes bare and as a data: URL, and a file at a URL is fetched", async () => {
  const bytes = utf8("the same text, three times");
  await using site = serve(() => new Response(bytes, { headers: { "content-type": "text/plain" } }));
  await using scene = await JobScene.start({ "inscriptions.allow_private_urls": true });
  const given = { holderId: "0.0.7", mode: "file", network: "testnet" };
  const named = { ...given, fileName: "a.txt", fileMimeType: "text/plain" };
  const bodies = [
    { ...named, fileBase64: bytes.toBase64() },
    { ...given, fileName: "a.txt", fileBase64: `data:text/plain;base64,${bytes.toBase64()}` },
    { ...given, fileURL: `${site.url}/folder/a.txt` },
  ];
  for (const body of bodies) {
    const { body: { id } } = await scene.post(body);
    const { topic_id, mimeType, name, error } = await scene.ended(id);
    assertEquals([error, mimeType, name], [undefined, "text/plain", "a.txt"]);
    assertEquals(await scene.content(topic_id), bytes);
  }
});

Deno.test("modes and standards end with the topics that go with them", async () => {
  await using scene = await JobScene.start();
  const metadataObject = { name: "One", creator: "Ada" };
  const cases = [
    [{ mode: "file" }, false, false],
    [{ mode: "upload" }, false, false],
    [{ mode: "hashinal", metadataObject }, true, false],
    [{ mode: "hashinal-collection", metadataObject, onlyJSONCollection: 0 }, true, false],
    [{ mode: "hashinal", metadataObject, fileStandard: 6 }, true, true],
    [{ mode: "file", fileStandard: "6" }, true, true],
    [{ mode: "file", fileStandard: 1 }, false, false],
  ] as const;
  for (const [more, hasJson, hasRegistry] of cases) {
    const record = await inscribe(scene, noise(500), more);
    const found = ["jsonTopicId" in record, "registryTopicId" in record];
    assertEquals(found, [hasJson, hasRegistry], JSON.stringify(more));
    assertEquals(record["mode"], more.mode);
    if (!hasJson) continue;
    const json = JSON.parse(new TextDecoder().decode(await scene.content(record["jsonTopicId"])));
    assertEquals(json.image, `hcs://1/${record["topic_id"]}`);
  }
  const collection = httpRequest(utf8('{"name": "All"}'), {
    fileMimeType: "application/json",
    fileName: "all.json",
    mode: "hashinal-collection",
    onlyJSONCollection: 1,
  });
  const alone = await scene.ended((await scene.post(collection)).body["id"]);
  assertEquals(alone["jsonTopicId"], alone["topic_id"]);
});

Deno.test("the numbered sequence is sorted, cut, picked from and looked into", async () => {
  await using scene = await JobScene.start();
  const png = Uint8Array.fromHex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489");
  await inscribe(scene, png, { mode: "hashinal", metadataObject: { name: "Dot" }, holderId: "0.0.42" });
  for (let index = 0; index < 3; index += 1) await inscribe(scene, utf8(`text ${index}`));
  const numbers = async (query: string) => {
    const { status, body } = await scene.call("GET", `numbers${query}`);
    assertEquals(status, 200);
    return body as unknown as Fields[];
  };
  const order = async (query: string) => (await numbers(query)).map((each) => each["inscription_number"]);
  assertEquals(await order(""), [4, 3, 2, 1]);
  assertEquals(await order("?sort=asc&limit=2"), [1, 2]);
  assertEquals(await order("?sort=desc&limit=1"), [4]);
  assertEquals(await order("?inscriptionNumber=3"), [3]);
  assertEquals(await order("?inscriptionNumber=99"), []);
  assertEquals((await order("?random=true&limit=4")).toSorted(), [1, 2, 3, 4]);
  assertEquals((await order("?random=1")).length, 1);
  const [first] = await numbers("?inscriptionNumber=1");
  assertEquals(Object.keys(first ?? {}), [
    "inscription_number",
    "t_id",
    "ht_id",
    "sn",
    "account_id",
    "created_timestamp",
    "mimetype",
    "op",
    "p",
    "json",
    "image",
  ]);
  assertEquals([first?.["account_id"], first?.["mimetype"]], [42, "image/png"]);
  assertEquals((first?.["json"] as Fields)["name"], "Dot");
  for (
    const query of ["?sort=up", "?limit=0", "?limit=-1", "?limit=x", "?inscriptionNumber=1e9", "?random=2"]
  ) {
    checkError(await scene.call("GET", `numbers${query}`), 400, "invalid_request", "Invalid query");
  }
});

Deno.test("a holder's inscriptions are listed as they are retrieved, those of one key alone", async () => {
  await using scene = await JobScene.start();
  const other = await scene.addKey("other");
  const records: Fields[] = [];
  for (let index = 0; index < 3; index += 1) {
    records.unshift(await inscribe(scene, utf8(`${index}`), { holderId: "0.0.9" }));
  }
  await inscribe(scene, utf8("another holder's"), { holderId: "0.0.10" });
  await scene.post(httpRequest(utf8("another key's"), { holderId: "0.0.9" }), other.key);
  const list = async (query: string) => {
    const { body } = await scene.call("GET", `holder-inscriptions?${query}`);
    return body as unknown as Fields[];
  };
  const all = await list("holderId=0.0.9");
  assertEquals(all.map(({ id }) => String(id)).toSorted(), records.map(({ id }) => String(id)).toSorted());
  for (const record of all) assertEquals(record, await scene.ended(record["id"]));
  const [first, ...rest] = all;
  assertEquals(await list("holderId=0.0.9&limit=1"), [first]);
  assertEquals(await list(`holderId=0.0.9&before=${first?.["id"]}`), rest);
  assertEquals(await list("holderId=0.0.11"), []);
  for (const query of ["", "holderId=me", "holderId=0.0.9&limit=0", "holderId=0.0.9&before=nobody"]) {
    const answer = await scene.call("GET", `holder-inscriptions?${query}`);
    checkError(answer, 400, "invalid_request", "Invalid query");
  }
});

Deno.test("without a key in force nothing is done, and nothing of another key's is seen", async () => {
  const clock = new FakeClock();
  await using scene = await JobScene.start({ "inscriptions.payment_delay": 60 }, clock);
  const other = await scene.addKey("other");
  const { body: { id, tx_id } } = await scene.post(httpRequest(noise(10)));
  const calls: readonly (readonly [string, string, string?])[] = [
    ["POST", "start-inscription", JSON.stringify(httpRequest(noise(10)))],
    ["GET", `retrieve-inscription?id=${id}`],
    ["GET", "numbers"],
    ["GET", "holder-inscriptions?holderId=0.0.1234"],
    ["DELETE", String(id)],
  ];
  const revoked = await scene.addKey("revoked");
  await scene.server.admin("DELETE", `/admin/api-keys/${revoked.id}`);
  for (const [method, path, body] of calls) {
    for (const key of ["", "wrong", revoked.key, scene.key.slice(0, -1)]) {
      const answer = await scene.call(method, path, body === undefined ? {} : { body }, key);
      checkError(answer, 401, "unauthorized", "Invalid API key");
    }
    await clock.advance(5000);
  }
  for (const reference of [id, tx_id]) {
    const answers = [
      await scene.call("GET", `retrieve-inscription?id=${reference}`, {}, other.key),
      await scene.call("DELETE", String(reference), {}, other.key),
    ];
    const unknown = await scene.call("GET", `retrieve-inscription?id=${crypto.randomUUID()}`, {}, other.key);
    for (const answer of answers) {
      checkError(answer, 404, "not_found", "no such inscription");
      assertEquals(answer.body, unknown.body, "as if there were none");
    }
  }
  const theirs = await scene.call("GET", "holder-inscriptions?holderId=0.0.1234", {}, other.key);
  assertEquals(theirs.body, [] as unknown);
  const mine = await scene.call("GET", `retrieve-inscription?id=${id}`);
  assertEquals([mine.status, mine.body["status"]], [200, "awaiting_payment"]);
});

Deno.test("a job is cancelled by HTTP, and stays as it ended", async () => {
  const clock = new FakeClock();
  await using scene = await JobScene.start({ "inscriptions.payment_delay": 60 }, clock);
  const { body: { id } } = await scene.post(httpRequest(noise(10)));
  const { status, body } = await scene.call("DELETE", String(id));
  assertEquals([status, body["status"], body["completed"], body["error"]], [
    200,
    "failed",
    false,
    "Cancelled",
  ]);
  assertEquals((await scene.call("DELETE", String(id))).body, body);
  assertEquals((await scene.call("GET", `retrieve-inscription?id=${id}`)).body, body);
});

Deno.test("what cannot be inscribed is refused with its status and in words", async (test) => {
  await using scene = await JobScene.start();
  const file = httpRequest(noise(10));
  const { fileBase64: _, ...none } = file;
  const large = { ...file, fileBase64: noise(2 * 1024 * 1024 + 1).toBase64() };
  const cases: readonly (readonly [string, unknown, number, string, string])[] = [
    ["an empty body", "", 400, "invalid_message", "JSON"],
    ["no JSON", "{", 400, "invalid_message", "JSON"],
    ["a list", "[]", 400, "invalid_message", "object"],
    ["NaN", '{"holderId": NaN}', 400, "invalid_message", "JSON"],
    ["deep nesting", `{"a":${"[".repeat(99)}${"]".repeat(99)}}`, 400, "invalid_message", "deep"],
    ["an empty object", {}, 400, "invalid_request", "holderId"],
    ["no file", none, 400, "invalid_request", "fileBase64"],
    ["two files", { ...file, fileURL: "https://example.org" }, 400, "invalid_request", "either"],
    ["malformed base64", { ...file, fileBase64: "????" }, 400, "invalid_request", "base64"],
    ["an empty file", { ...file, fileBase64: "" }, 400, "invalid_request", "empty"],
    ["a data: URL without base64", { ...file, fileBase64: "data:,x" }, 400, "invalid_request", "base64"],
    ["a file over 2 MiB", large, 413, "too_large", "at most 2097152"],
    ["an unknown type", { ...file, fileMimeType: "x/y" }, 415, "unsupported_type", "x/y"],
    ["an unknown mode", { ...file, mode: "free" }, 400, "invalid_request", "mode"],
    ["an unknown network", { ...file, network: "devnet" }, 400, "invalid_request", "network"],
    ["a holder that is none", { ...file, holderId: "me" }, 400, "invalid_request", "holderId"],
    ["a number as name", { ...file, fileName: 7 }, 400, "invalid_request", "fileName"],
    ["an unknown standard", { ...file, fileStandard: 5 }, 400, "invalid_request", "fileStandard"],
    ["a flag that is none", { ...file, onlyJSONCollection: 2 }, 400, "invalid_request", "onlyJSON"],
    ["a private address", { ...none, fileURL: "http://127.0.0.1:1/" }, 400, "url_refused", "Cannot fetch"],
    ["metadata's service", { ...none, fileURL: "http://169.254.169.254/" }, 400, "url_refused", "Cannot"],
    ["a file: URL", { ...none, fileURL: "file:///etc/passwd" }, 400, "url_refused", "http"],
    ["a prototype", '{"__proto__": {"mode": "file"}}', 400, "invalid_request", "Invalid request"],
  ];
  for (const [what, body, status, code, said] of cases) {
    await test.step(what, async () => {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      checkError(await scene.post(text), status, code, said);
    });
  }
  assertEquals(scene.server.gateway.inscriptions.activeJobs, 0);
  assertEquals((await inscribe(scene, noise(2 * 1024 * 1024)))["completed"], true);
});

Deno.test("a body over the limit, or of unknown length, is answered, and costs no memory", async () => {
  await using scene = await JobScene.start();
  const { port } = new URL(scene.server.url);
  const piece = utf8("x".repeat(64 * 1024));
  const heads = [
    ["content-length: 33554432", piece, "413", "larger than 3145728 bytes"],
    [
      "transfer-encoding: chunked",
      utf8(`10000\r\n${"x".repeat(64 * 1024)}\r\n`),
      "411",
      "the body needs a Content-Length",
    ],
  ] as const;
  for (const [framing, part, status, said] of heads) {
    using connection = await Deno.connect({ port: Number(port) });
    const head =
      `POST /inscriptions/start-inscription HTTP/1.1\r\nhost: a\r\nx-api-key: ${scene.key}\r\n${framing}\r\n\r\n`;
    await connection.write(utf8(head));
    // A client that sends everything before it reads.
    const sending = (async () => {
      for (let count = 0; count < 512; count += 1) {
        for (let sent = 0; sent < part.length;) sent += await connection.write(part.subarray(sent));
      }
    })().catch(() => {});
    const buffer = new Uint8Array(4096);
    const text = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
    assertStringIncludes(text, `HTTP/1.1 ${status} `);
    assertStringIncludes(text, said);
    connection.close();
    await sending;
  }
  const answer = await scene.post("x".repeat(4 * 1024 * 1024));
  checkError(answer, 413, "invalid_message", "larger than");
});

Deno.test("hostile paths, queries and headers are answered, and reveal nothing", async (test) => {
  await using scene = await JobScene.start();
  const long = "x".repeat(4000);
  const cases: readonly (readonly [string, string, number])[] = [
    ["GET", "/inscriptions/retrieve-inscription", 400],
    ["GET", "/inscriptions/retrieve-inscription?id=", 400],
    ["GET", `/inscriptions/retrieve-inscription?id=${long}`, 400],
    ["GET", "/inscriptions/retrieve-inscription?id=%00", 404],
    ["GET", "/inscriptions/retrieve-inscription?id=%ff%fe", 404],
    ["GET", "/inscriptions/retrieve-inscription?id=__proto__", 404],
    ["GET", "/inscriptions/retrieve-inscription?id=0.0.5-99999999999999-1", 404],
    ["GET", "/inscriptions/retrieve-inscription?id=..%2f..%2fetc", 404],
    ["DELETE", `/inscriptions/${"x".repeat(129)}`, 400],
    ["DELETE", "/inscriptions/%E0%A4%A", 404],
    ["GET", "/inscriptions/content/0.0.0", 404],
    ["GET", "/inscriptions/content/0.0.99999999999999999999", 404],
    ["GET", "/inscriptions/content/..%2f..%2fapi_keys", 404],
    ["GET", "/inscriptions/content/%00", 404],
    ["GET", "/inscriptions/nothing", 405],
    ["PUT", "/inscriptions/start-inscription", 405],
    ["GET", "/inscriptions/start-inscription", 405],
    ["GET", `/inscriptions/numbers?${"limit=1&".repeat(900)}`, 200],
    ["GET", `/inscriptions/numbers?${long}${long}${long}`, 414],
  ];
  for (const [method, path, status] of cases) {
    await test.step(`${method} ${path.slice(0, 60)}`, async () => {
      const answer = await call(scene, method, path);
      const text = new TextDecoder().decode(answer.bytes);
      assertEquals(answer.status, status, text);
      if (status === 200) return;
      const { message, error } = JSON.parse(text);
      assertEquals(error.message, message);
      assert(!/\.ts|at \w+ \(|node_modules|Deno/.test(text), text);
    });
  }
  const huge = await call(scene, "GET", "/inscriptions/numbers", { "x-api-key": "x".repeat(5000) });
  assertEquals(huge.status, 401);
});

Deno.test("a file is given back with its type and its tag, whole, in part never, and by its head alone", async () => {
  await using scene = await JobScene.start();
  const bytes = noise(200_000);
  const { topic_id, hash } = await inscribe(scene, bytes, { fileName: 'wéird "na\'me".bin' });
  const path = `/inscriptions/content/${topic_id}`;
  const whole = await call(scene, "GET", path, { range: "bytes=0-9" });
  assertEquals([whole.status, whole.bytes], [200, bytes]);
  const header = (name: string) => whole.headers.get(name);
  assertEquals([header("content-type"), header("content-length")], ["application/octet-stream", "200000"]);
  assertEquals(header("content-disposition"), "attachment; filename*=UTF-8''w%C3%A9ird%20na%27me.bin");
  assertEquals([header("etag"), header("content-range")], [`"${hash}"`, null]);
  assertStringIncludes(header("cache-control") ?? "", "immutable");
  const head = await call(scene, "HEAD", path);
  assertEquals([head.status, head.bytes.length], [200, 0]);
  for (const name of ["content-type", "content-length", "etag", "content-security-policy"]) {
    assertEquals(head.headers.get(name), header(name), name);
  }
  for (const tag of [`"${hash}"`, `W/"${hash}"`, `"other", "${hash}"`, "*"]) {
    const known = await call(scene, "GET", path, { "if-none-match": tag });
    assertEquals([known.status, known.bytes.length, known.headers.get("etag")], [304, 0, `"${hash}"`], tag);
  }
  assertEquals((await call(scene, "GET", path, { "if-none-match": '"other"' })).status, 200);
  assertEquals((await call(scene, "GET", `/api${path}`)).bytes, bytes);
  const open = await fetch(scene.server.url + path);
  assertEquals(await open.bytes(), bytes);
});

Deno.test("what is inscribed never acts with the rights of our origin", async () => {
  await using scene = await JobScene.start();
  const script = "<script>fetch('/admin/miners')</script>";
  const files = [
    ["page.html", "text/html", `<!doctype html><html><body>${script}</body></html>`],
    ["image.svg", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`],
    ["page.xml", "application/xml", '<?xml version="1.0"?><x/>'],
    ["code.js", "application/javascript", "alert(1)"],
  ] as const;
  for (const [fileName, fileMimeType, text] of files) {
    const { topic_id, mimeType } = await inscribe(scene, utf8(text), { fileName, fileMimeType });
    const { headers, bytes } = await call(scene, "GET", `/inscriptions/content/${topic_id}`);
    assertEquals(new TextDecoder().decode(bytes), text);
    assertEquals(headers.get("content-type"), mimeType as string, fileName);
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertMatch(headers.get("content-security-policy") ?? "", /default-src 'none'; sandbox/);
    assertMatch(headers.get("content-disposition") ?? "", /^attachment/);
  }
});

Deno.test("pages of any origin may call, with the key as a header", async () => {
  await using scene = await JobScene.start();
  for (const path of ["/inscriptions/start-inscription", "/api/inscriptions/numbers"]) {
    const { status, headers } = await call(scene, "OPTIONS", path, {
      origin: "https://page.example.org",
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type,x-api-key",
    });
    assertEquals([status, headers.get("access-control-allow-origin")], [204, "*"]);
    assertMatch(headers.get("access-control-allow-headers") ?? "", /x-api-key/i);
    assertMatch(headers.get("access-control-allow-methods") ?? "", /POST.*DELETE/);
  }
  const answer = await call(scene, "GET", "/inscriptions/numbers", { origin: "https://page.example.org" });
  assertEquals(answer.headers.get("access-control-allow-origin"), "*");
  const refused = await scene.call("GET", "numbers", {}, "wrong");
  assertEquals(refused.headers.get("access-control-allow-origin"), "*", "a page can read why");
});

Deno.test("where origins are named no other page may call", async () => {
  await using scene = await JobScene.start({ "websocket.allowed_origins": ["https://ours.example.org"] });
  for (const origin of ["https://ours.example.org", "https://theirs.example.org"]) {
    const { headers } = await call(scene, "OPTIONS", "/inscriptions/start-inscription", {
      origin,
      "access-control-request-method": "POST",
    });
    const allowed = headers.get("access-control-allow-origin");
    assertEquals(allowed, origin.includes("ours") ? origin : null);
  }
});

Deno.test("a key that calls too often is told when to come back, and no other key is", async () => {
  const clock = new FakeClock();
  await using scene = await JobScene.start({ "websocket.rate_limit": 2 }, clock);
  const other = await scene.addKey("other");
  const statuses: number[] = [];
  for (let index = 0; index < 8; index += 1) statuses.push((await scene.call("GET", "numbers")).status);
  assertEquals(new Set(statuses), new Set([200]));
  const refused = await scene.call("GET", "numbers");
  checkError(refused, 429, "rate_limited", "at most 2 a second");
  assertEquals(refused.headers.get("retry-after"), "1");
  assertEquals((await scene.call("GET", "numbers", {}, other.key)).status, 200);
  await clock.advance(1000);
  assertEquals((await scene.call("GET", "numbers")).status, 200);
});

Deno.test("a key that has too many jobs is told so, and gets none", async () => {
  const clock = new FakeClock();
  const overrides = { "inscriptions.payment_delay": 60, "websocket.rate_limit": 1000 };
  await using scene = await JobScene.start(overrides, clock);
  for (let index = 0; index < 100; index += 1) {
    assertEquals((await scene.post(httpRequest(utf8(`${index}`)))).status, 200);
  }
  const refused = await scene.post(httpRequest(utf8("one more")));
  checkError(refused, 429, "too_many_jobs", "at most 100 at once for one key");
  assertEquals(refused.headers.get("retry-after"), "5");
});

Deno.test("a request that is repeated under its id makes one job", async () => {
  await using scene = await JobScene.start();
  const body = httpRequest(noise(1000), { requestId: "order-1" });
  const answers = await Promise.all([scene.post(body), scene.post(body), scene.post(body)]);
  assertEquals(new Set(answers.map(({ body }) => body["id"])).size, 1);
  await scene.ended(answers[0].body["id"]);
});
