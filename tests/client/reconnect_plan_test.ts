import { assertEquals } from "@std/assert";
import { closes, errorKinds } from "../../lib/protocol/mod.ts";
import { readErrorFrame } from "../../lib/client/failures.ts";
import { planReconnect } from "../../lib/client/reconnect_plan.ts";
import type { SessionEnd } from "../../lib/client/session.ts";

function endOf(fields: Partial<SessionEnd>): SessionEnd {
  return { cause: "closed", authenticated: true, code: 1006, reason: "", failure: undefined, ...fields };
}

const frame = (code: string, more = {}) => readErrorFrame({ type: "error", code, message: code, ...more });

for (const [code, { close }] of Object.entries(errorKinds)) {
  if (close === null) continue;
  Deno.test(`planReconnect() after ${code}: ${close.reconnect ? "comes back" : "waits the longest"}`, () => {
    const end = endOf({ ...close, failure: frame(code) });
    assertEquals(planReconnect(end).delay, close.reconnect ? "backoff" : "longest");
  });
}

Deno.test("planReconnect() knows a refusal by its close alone", () => {
  const { close } = errorKinds.not_authorized;
  assertEquals(planReconnect(endOf({ ...close })), { delay: "longest", http: "never" });
});

Deno.test("planReconnect() lets HTTP do while another connection of the miner holds the place", () => {
  const { close } = errorKinds.already_connected;
  assertEquals(planReconnect(endOf({ ...close })), { delay: "longest", http: "now" });
});

Deno.test("planReconnect() comes back when the validator says", () => {
  const { close } = errorKinds.server_closing;
  const failure = frame("server_closing", { retry_after_ms: 800 });
  assertEquals(planReconnect(endOf({ ...close, failure })).delay, { ms: 800 });
});

Deno.test("planReconnect() ignores an error that the connection outlived", () => {
  const failure = frame("rate_limited", { retry_after_ms: 9000 });
  assertEquals(planReconnect(endOf({ failure })).delay, "backoff");
});

Deno.test("planReconnect() comes back soon after a message that was too large", () => {
  assertEquals(planReconnect(endOf(closes.tooLarge)).delay, "backoff");
});

Deno.test("planReconnect() turns to HTTP at once when frames do not get through", () => {
  assertEquals(planReconnect(endOf({ cause: "no_frames", authenticated: false })).http, "now");
  assertEquals(planReconnect(endOf({ cause: "unreachable", authenticated: false })).http, "later");
});
