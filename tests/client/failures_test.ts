import { assertEquals } from "@std/assert";
import { readErrorFrame, readHttpError } from "../../lib/client/failures.ts";
import { HttpRefusal } from "../../lib/client/http_requests.ts";

Deno.test("readErrorFrame() tells what to do by the error's code", () => {
  const verdicts = [
    "replayed",
    "invalid_message",
    "rate_limited",
    "server_closing",
    "not_authorized",
    "novel",
  ]
    .map((code) => readErrorFrame({ type: "error", code, message: "..." }).verdict);
  assertEquals(verdicts, ["again", "unfit", "later", "later", "blocked", "later"]);
});

Deno.test("readErrorFrame() reads the validator's time from a refusal of the timestamp", () => {
  const message = "Not authorized: timestamp 2026-11-21T08:00:00+00:00 is 3600 s off the server's clock " +
    "(2026-11-21T09:00:00.000+00:00), allowed 300 s";
  const { serverTime } = readErrorFrame({ type: "error", code: "not_authorized", message });
  assertEquals(serverTime, Date.parse("2026-11-21T09:00:00Z"));
});

Deno.test("readErrorFrame() takes only sensible fields", () => {
  const frame = { type: "error", code: 5, message: null, in_reply_to: 3, retry_after_ms: -1 };
  assertEquals(readErrorFrame(frame), {
    code: "unknown",
    message: "unknown error",
    verdict: "later",
    inReplyTo: undefined,
    retryAfterMs: undefined,
    serverTime: undefined,
  });
});

const answer = (status: number, headers: Record<string, string> = {}, body: unknown = undefined) =>
  new HttpRefusal(new Response(null, { status, headers }), body === undefined ? "" : JSON.stringify(body));

Deno.test("readHttpError() reads Retry-After", () => {
  assertEquals(readHttpError(answer(429, { "retry-after": "7" })).retryAfterMs, 7000);
  const body = { error: { code: "server_closing", message: "...", retry_after_ms: 1500 } };
  assertEquals(readHttpError(answer(503, { "retry-after": "2" }, body)).retryAfterMs, 1500);
});

Deno.test("readHttpError() judges by status where the body says nothing", () => {
  const verdicts = [400, 401, 403, 409, 413, 422, 429, 500, 502, 503]
    .map((status) => readHttpError(answer(status)).verdict);
  const expected = [
    "unfit",
    "blocked",
    "blocked",
    "unfit",
    "unfit",
    "unfit",
    "later",
    "later",
    "later",
    "later",
  ];
  assertEquals(verdicts, expected);
});

Deno.test("readHttpError() sends a replayed nonce again", () => {
  const body = { error: { code: "replayed", message: "..." } };
  assertEquals(readHttpError(answer(409, {}, body)).verdict, "again");
});

Deno.test("readHttpError() takes the time of a 401 from its Date header", () => {
  const { serverTime } = readHttpError(answer(401, { date: "Sat, 21 Nov 2026 09:00:00 GMT" }));
  assertEquals(serverTime, Date.parse("2026-11-21T09:00:00Z"));
});
