import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runWhy } from "../../lib/cli/why.ts";
import { adminToken } from "../helpers/gateway.ts";
import { MemoryStdio } from "../helpers/memory_stdio.ts";
import { Peer, signAuthentication, testKey } from "../helpers/peer.ts";
import { Scene } from "../helpers/scene.ts";
import { endingOf } from "../helpers/told.ts";

async function why(
  args: string[],
  { token = adminToken, colours = false, answer = fetch }: {
    token?: string;
    colours?: boolean;
    answer?: typeof fetch;
  } = {},
) {
  const stdio = new MemoryStdio();
  const code = await runWhy(args, {
    stdio,
    env: token === "" ? {} : { HELIOGRAPH_ADMIN_TOKEN: token },
    fetch: answer,
    columns: 80,
    colours,
    now: Date.now,
  });
  return { code, printed: stdio.printed, complained: stdio.complained };
}

Deno.test("why tells of an ending: who closed, why, what to do, and the stages before it", async () => {
  await using scene = await Scene.start();
  const peer = await Peer.open(scene.server.ws);
  peer.send(signAuthentication(testKey(99)));
  await peer.ended;
  await endingOf(scene.server, "not_authorized");
  const { code, printed, complained } = await why([`${peer.id}`, `--url=${scene.server.url}`]);
  assertEquals([code, complained], [0, ""]);
  const lines = printed.split("\n");
  assertEquals(lines[0], `○ ${peer.id}  miner from 127.0.0.1`);
  for (
    const wanted of [
      /^ {2}The client did not prove who it is, or is not registered here\.$/,
      /^ {2}In detail: hotkey is not registered\.$/,
      /^ {2}claimed {8}5\w+ \(not proved\)$/,
      /^ {2}connected {6}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC$/,
      /^ {2}closing {8}.* later$/,
      /^ {2}closed by {6}the server, 1008 "Not authorized"$/,
      /^ {2}messages {7}1 in, 1 out$/,
    ]
  ) assert(lines.some((line) => wanted.test(line)), `${wanted} in\n${printed}`);
  assertEquals(lines.filter((line) => line.length > 80), []);
});

Deno.test("why tells of a miner by its hotkey: a line for each connection, and the newest in full", async () => {
  await using scene = await Scene.start();
  const older = await scene.connect();
  const newer = await scene.connect();
  await older.ended;
  await endingOf(scene.server, "already_connected");
  const { code, printed } = await why([scene.key.address, "--url", scene.server.url]);
  assertEquals(code, 0);
  const [title, , first, second, , details] = printed.split("\n");
  assertEquals(title, `${scene.key.address}: the latest 2 connections`);
  assertMatch(first ?? "", /^ {2}● c\w+ {2}open +\d{4}.* for \d+ m?s$/);
  assertStringIncludes(second ?? "", `○ ${older.id}  closed: already_connected`);
  assertMatch(details ?? "", /^● c\w+ {2}miner from/);
  assertStringIncludes(printed, "Open for ");
  const byAddress = await why(["127.0.0.1", `--url=${scene.server.url}`]);
  assertStringIncludes(byAddress.printed, "127.0.0.1: the latest 2 connections");
  await newer.close();
});

Deno.test("why --json prints what the server said", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  await peer.close();
  const { id } = await endingOf(scene.server, "client_closed");
  const { printed } = await why([id, "--json", `--url=${scene.server.ws.replace("/ws", "")}`]);
  const { ending, stages } = JSON.parse(printed);
  assertEquals([ending.cause, stages.length], ["client_closed", 3]);
});

Deno.test("why shows no control characters that a client chose, and paints only where it may", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  peer.socket.close(4000, "\x1b[31mred\u202e");
  await peer.ended;
  const { id } = await endingOf(scene.server, "client_closed");
  const { printed } = await why([id, `--url=${scene.server.url}`]);
  assertStringIncludes(printed, "\\u001b[31mred\\u202e");
  assertEquals(printed.includes("\x1b"), false);
  assertStringIncludes((await why([id, `--url=${scene.server.url}`], { colours: true })).printed, "\x1b[1m");
});

Deno.test("why shows no control characters that a server chose", async () => {
  const evil = "\x1b]0;title\x07\x9b2J\u202e\r";
  const at = new Date(0).toISOString();
  const connection = {
    id: `c1${evil}`,
    family: evil,
    state: "closed",
    address: evil,
    hotkey: evil,
    claimed_hotkey: evil,
    opened_at: at,
    heard_at: at,
    heartbeat_sent_at: null,
    heartbeat_answered_at: null,
    messages_in: 1,
    messages_out: 1,
    queued_bytes: 0,
    stages: [{ stage: evil, at }, { stage: `b${evil}`, at }],
    ending: {
      by: "server",
      cause: evil,
      detail: evil,
      code: 1,
      reason: evil,
      explanation: evil,
      advice: evil,
    },
  };
  const both = () => Promise.resolve(Response.json({ connections: [connection], ended: [connection] }));
  const one = () => Promise.resolve(Response.json(connection));
  const refusal = () => Promise.resolve(Response.json({ error: { message: evil } }, { status: 500 }));
  for (
    const [args, answer] of [
      [["192.0.2.1"], both],
      [["192.0.2.1", "--json"], both],
      [["c0000000"], one],
      [["c0000000"], refusal],
    ] as const
  ) {
    const { printed, complained } = await why([...args], { answer });
    const said = printed + complained;
    assertStringIncludes(said, "\\u001b]0;title\\u0007\\u009b2J\\u202e");
    assertEquals(/[\p{Cc}\p{Cf}]/u.test(said.replaceAll("\n", "")), false);
  }
});

Deno.test("why says what is not known, and ends with 1", async () => {
  await using scene = await Scene.start();
  for (const subject of ["c0000000", testKey(50).address, "192.0.2.1"]) {
    const { code, printed, complained } = await why([subject, `--url=${scene.server.url}`]);
    assertEquals([code, printed], [1, ""]);
    assertStringIncludes(complained, subject);
  }
});

Deno.test("why says why it gets no answer, and ends with 2", async (test) => {
  await using scene = await Scene.start();
  const url = `--url=${scene.server.url}`;
  const nowhere = () => Promise.reject(new TypeError("connection refused"));
  const strange = () => Promise.resolve(Response.json({ connections: 1 }));
  const silent = () => Promise.resolve(Response.json({ error: { message: "Not found" } }, { status: 404 }));
  const cases: [string, string[], Parameters<typeof why>[1], string][] = [
    ["no subject", [url], {}, "Expected the id of a connection"],
    ["two subjects", ["c1", "c2"], {}, "Unexpected argument"],
    ["no token", ["c0000000", url], { token: "" }, "HELIOGRAPH_ADMIN_TOKEN"],
    ["a wrong token", ["c0000000", url], { token: "wrong" }, "is not the server's"],
    ["no server", ["c0000000"], { answer: nowhere }, "connection refused"],
    ["no admin calls", ["c0000000"], { answer: silent }, "nothing is served under /admin"],
    ["a strange server", ["c0000000"], { answer: strange }, "version"],
    ["a strange URL", ["c0000000", "--url=ftp://x"], {}, "Invalid url: flag --url"],
    ["an unknown option", ["c0000000", "--verbose"], {}, "Unknown flag"],
  ];
  for (const [name, args, surroundings, says] of cases) {
    await test.step(name, async () => {
      const { code, printed, complained } = await why(args, surroundings);
      assertEquals([code, printed], [2, ""]);
      assertStringIncludes(complained, says);
      assertEquals(complained.includes(adminToken), false);
    });
  }
});
