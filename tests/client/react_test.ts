import { assert, assertEquals } from "@std/assert";
import { createElement, type ReactNode, useEffect } from "react";
import { renderToString } from "react-dom/server";
import {
  StreamRegistry,
  StreamRegistryContext,
  useDataStream,
  useWebSocket,
} from "../../lib/client/react.ts";
import type { StreamData } from "../../lib/protocol/streams.ts";
import { MultipleStreams, MyComponent } from "./streams/document_examples.tsx";
import { Mounted } from "./streams/mounted.ts";

const url = "ws://gateway.test";

type Name = keyof StreamData;

/** Shows what the hook answers, and records it. */
function Stream({ name, url, seen = [] }: { name: Name; url: string; seen?: unknown[] }): ReactNode {
  const stream = useDataStream(name, url);
  seen.push([name, url, stream.data]);
  return JSON.stringify(stream);
}

/** Listens to what `names` says and shows what the hook answers. */
function Streams(
  { names, url, seen = [] }: { names: readonly Name[]; url: string; seen?: unknown[] },
): ReactNode {
  const { state, error, data, subscribe, unsubscribe } = useWebSocket({ url });
  seen.push(subscribe, unsubscribe);
  useEffect(() => {
    for (const name of names) subscribe(name);
    return () => names.forEach(unsubscribe);
  }, [names, subscribe, unsubscribe]);
  return JSON.stringify({ state, error, data: Object.keys(data) });
}

Deno.test("the streaming guide's first example shows the newest data once it is connected", async () => {
  await using page = await Mounted.open();
  page.server.upgrades = "swallow";
  await page.show(createElement(MyComponent));
  assertEquals(page.text, "Connecting...");
  page.server.upgrades = "accept";
  await page.advance(10_000);
  await page.advance(60_000);
  page.server.publish("network_metrics");
  await page.settled();
  assertEquals(page.text, "Network Strength: 87%Block Height: 1");
  page.server.publish("network_metrics");
  await page.settled();
  assertEquals(page.text, "Network Strength: 87%Block Height: 2");
});

Deno.test("the streaming guide's second example subscribes once it is connected, over one connection", async () => {
  await using page = await Mounted.open();
  await page.show(createElement(MultipleStreams));
  for (const name of ["network_metrics", "markets_health", "peers", "receipts"] as const) {
    page.server.publish(name);
  }
  await page.settled();
  assertEquals(page.text, "connected 1 healthy 1");
  assertEquals(page.server.sockets.map(({ url }) => url), ["ws://localhost:8080/ws/stream"]);
  assertEquals([...page.server.latest.streams], ["network_metrics", "markets_health", "peers"]);
});

Deno.test("components in StrictMode that name the same URL share one connection and one subscription", async () => {
  await using page = await Mounted.open();
  const child = (name: Name, key: string) => createElement(Stream, { name, url, key });
  await page.show(child("peers", "a"), child("peers", "b"), child("receipts", "c"));
  await page.show(child("peers", "a"), child("peers", "b"), child("receipts", "c"), child("peers", "d"));
  assertEquals(page.server.frames, [{ type: "subscribe", streams: ["peers", "receipts"] }]);
  assertEquals([page.server.sockets.length, page.registry.size], [1, 1]);
});

/** Listens with a function for tokens that is another one each time. */
function Private({ count, asked }: { count: number; asked: number[] }): ReactNode {
  const token = () => {
    asked.push(count);
    return `token of ${count}`;
  };
  const { data, error } = useDataStream<{ text: string }>("user:ada", url, { token });
  return `${data?.text ?? "nothing"} ${error ?? ""}`;
}

Deno.test("a component's function for tokens may be another one each time: the stream stays, and the newest is asked", async () => {
  await using page = await Mounted.open();
  const subscriptions = () => page.server.frames.filter(({ type }) => type === "subscribe");
  const refusal = { type: "error", code: "token_expired", message: "Token expired", stream: "user:ada" };
  let isRefused = false;
  page.server.onFrame = ({ type }, socket) => {
    if (type !== "subscribe" || !isRefused) return false;
    isRefused = false;
    socket.push(refusal);
    return true;
  };
  const asked: number[] = [];
  for (const count of [1, 2, 3]) await page.show(createElement(Private, { count, asked }));
  assertEquals(subscriptions(), [{ type: "subscribe", streams: ["user:ada"], tokens: ["token of 1"] }]);
  assertEquals(new Set(asked), new Set([1]));
  isRefused = true;
  page.server.open[0]?.close();
  await page.settled();
  await page.advance(60_000);
  assertEquals(subscriptions().at(-1)?.["tokens"], ["token of 3"]);
});

Deno.test("other options are another connection", async () => {
  await using page = await Mounted.open();
  await page.show(createElement(MyComponent), createElement(MultipleStreams));
  assertEquals(page.server.open.length, 2);
});

Deno.test("after the last component has gone nothing is left but a second's grace", async () => {
  await using page = await Mounted.open();
  const seen: unknown[] = [];
  await page.show(createElement(Stream, { name: "peers", url, seen }));
  const renders = seen.length;
  await page.show();
  page.server.publish("peers");
  await page.settled();
  assertEquals([seen.length, page.server.open.length], [renders, 1]);
  await page.advance(1000);
  assertEquals([page.server.open, page.registry.size, page.clock.pending], [[], 0, 0]);
});

Deno.test("a component that comes back within that second finds the connection open", async () => {
  await using page = await Mounted.open();
  await page.show(createElement(Stream, { name: "peers", url }));
  await page.show();
  await page.advance(900);
  await page.show(createElement(Stream, { name: "peers", url }));
  await page.advance(5000);
  assertEquals([page.server.sockets.length, page.server.open.length], [1, 1]);
  assert(page.text.includes(`"connected":true`));
});

Deno.test("a component that changes its stream never sees the other's data", async () => {
  await using page = await Mounted.open();
  const seen: unknown[] = [];
  page.server.publish("peers");
  await page.show(createElement(Stream, { name: "peers", url, seen }));
  assert(page.text.includes("peer_1"));
  await page.show(createElement(Stream, { name: "receipts", url, seen }));
  page.server.publish("receipts");
  await page.settled();
  assert(page.text.includes("receipt_1"));
  for (const [name, , data] of seen as [Name, string, object | undefined][]) {
    assert(data === undefined || name in data, `${name}: ${JSON.stringify(data)}`);
  }
  assertEquals([...page.server.latest.streams], ["receipts"]);
  assertEquals(page.server.sockets.length, 1);
});

Deno.test("a component that changes its URL leaves the old connection and begins without data", async () => {
  await using page = await Mounted.open();
  const seen: unknown[] = [];
  page.server.publish("peers");
  await page.show(createElement(Stream, { name: "peers", url, seen }));
  const before = seen.length;
  await page.show(createElement(Stream, { name: "peers", url: "ws://other.test", seen }));
  await page.advance(1000);
  assertEquals(seen[before], ["peers", "ws://other.test", undefined]);
  assert(page.text.includes("peer_1"));
  assertEquals(page.server.open.map(({ url }) => url), ["ws://other.test/ws/stream"]);
});

Deno.test("subscribe and unsubscribe stay the same functions, and hold over a change of the URL", async () => {
  await using page = await Mounted.open();
  const seen: unknown[] = [];
  const names = ["peers", "receipts"] as const;
  await page.show(createElement(Streams, { names, url, seen }));
  await page.show(createElement(Streams, { names, url: "ws://other.test", seen }));
  page.server.publish("peers");
  await page.settled();
  assertEquals(page.text, `{"state":"connected","data":["peers"]}`);
  assertEquals([...page.server.latest.streams], ["peers", "receipts"]);
  // StrictMode calls the first render twice, and keeps the functions of one.
  assertEquals(new Set(seen.slice(-4)).size, 2);
});

Deno.test("a stream that is not wanted any more is unsubscribed, and its data is gone", async () => {
  await using page = await Mounted.open();
  for (const name of ["peers", "receipts"] as const) page.server.publish(name);
  await page.show(createElement(Streams, { names: ["peers", "receipts"], url }));
  assertEquals(page.text, `{"state":"connected","data":["peers","receipts"]}`);
  await page.show(createElement(Streams, { names: ["receipts"], url }));
  assertEquals(page.text, `{"state":"connected","data":["receipts"]}`);
  assertEquals([...page.server.latest.streams], ["receipts"]);
});

Deno.test("useDataStream tells why its stream does not come, and of no other", async () => {
  await using page = await Mounted.open();
  await page.show(
    createElement(Stream, { name: "weather" as Name, url, key: "a" }),
    createElement(Stream, { name: "peers", url, key: "b" }),
  );
  assertEquals(page.text, `{"connected":true,"error":"Invalid stream name"}{"connected":true}`);
  await page.show(createElement(Stream, { name: "peers", url, key: "b" }));
  page.server.setStatus("peers", "stale");
  await page.settled();
  assertEquals(page.text, `{"connected":true,"error":"the node is down"}`);
  page.server.setStatus("peers", "live");
  page.server.upgrades = "refuse";
  page.server.cut();
  await page.settled();
  assertEquals(page.text, `{"connected":false,"error":"ws://gateway.test/ws/stream closed"}`);
});

Deno.test("useWebSocket goes through the states of its connection", async () => {
  await using page = await Mounted.open();
  page.server.upgrades = "refuse";
  await page.show(createElement(Streams, { names: [], url }));
  const error = "Cannot connect to ws://gateway.test/ws/stream";
  assertEquals(page.text, JSON.stringify({ state: "reconnecting", error, data: [] }));
  page.server.upgrades = "accept";
  await page.advance(2000);
  assertEquals(page.text, `{"state":"connected","data":[]}`);
});

Deno.test("a URL that cannot be used is an error that is shown, and not thrown", async () => {
  await using page = await Mounted.open();
  await page.show(createElement(Streams, { names: ["peers"], url: "nowhere" }));
  assert(page.text.startsWith(`{"state":"disconnected","error":"Cannot stream from nowhere`), page.text);
  await page.show(createElement(Streams, { names: ["peers"], url }));
  assert(page.text.startsWith(`{"state":"connected"`), page.text);
});

Deno.test("a page that is rendered on a server shows that it connects, and connects nothing", () => {
  const registry = new StreamRegistry({
    fetch: () => Promise.reject(new Error("a request while rendering on a server")),
  });
  const show = (child: ReactNode) =>
    renderToString(createElement(StreamRegistryContext.Provider, { value: registry }, child));
  assertEquals(show(createElement(MyComponent)), "<div>Connecting...</div>");
  assertEquals(show(createElement(Streams, { names: ["peers"], url })).includes("connecting"), true);
  assertEquals(registry.size, 0);
});
