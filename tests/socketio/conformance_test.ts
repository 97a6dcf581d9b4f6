import { once } from "node:events";
import { createServer } from "node:http";
import { assertEquals } from "@std/assert";
import { Server } from "socket.io";
import { createSocketServer } from "../../lib/socketio/mod.ts";
import { ask, PollingClient } from "./polling_client.ts";
import { rawUpgrade } from "./raw_upgrade.ts";

/** A Socket.IO server to be held to the table below. */
interface Subject extends AsyncDisposable {
  readonly origin: string;
}

async function openOriginal(): Promise<Subject> {
  const server = createServer();
  const io = new Server(server, { serveClient: false, maxHttpBufferSize: 100 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("Cannot listen on a port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: () => io.close(),
  };
}

function openOurs(): Promise<Subject> {
  const sockets = createSocketServer({ maxHttpBufferSize: 100, closeTimeout: 20 });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, { remoteAddr }) => sockets.handle(request, { address: remoteAddr.hostname, secure: false }),
  );
  return Promise.resolve({
    origin: `http://127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      await sockets.close();
      await server.shutdown();
    },
  });
}

/** What is asked, and what must come back: a status and, if it says anything, its JSON. */
const refusals: readonly (readonly [string, string, RequestInit, number, unknown])[] = [
  ["a plain GET", "", {}, 400, { code: 0, message: "Transport unknown" }],
  ["no transport", "?EIO=4", {}, 400, { code: 0, message: "Transport unknown" }],
  ["a transport of old", "?EIO=4&transport=flashsocket", {}, 400, { code: 0, message: "Transport unknown" }],
  ["__proto__", "?EIO=4&transport=__proto__", {}, 400, { code: 0, message: "Transport unknown" }],
  ["an unknown session", "?EIO=4&transport=polling&sid=x", {}, 400, {
    code: 1,
    message: "Session ID unknown",
  }],
  ["a session named __proto__", "?EIO=4&transport=polling&sid=__proto__", {}, 400, {
    code: 1,
    message: "Session ID unknown",
  }],
  ["a POST to an unknown session", "?EIO=4&transport=polling&sid=x", { method: "POST", body: "4" }, 400, {
    code: 1,
    message: "Session ID unknown",
  }],
  ["a handshake by POST", "?EIO=4&transport=polling", { method: "POST", body: "" }, 400, {
    code: 2,
    message: "Bad handshake method",
  }],
  ["a handshake by PUT", "?EIO=4&transport=polling", { method: "PUT" }, 400, {
    code: 2,
    message: "Bad handshake method",
  }],
  ["a WebSocket that is none", "?EIO=4&transport=websocket", {}, 400, {
    code: 3,
    message: "Bad request",
  }],
  ["revision 5", "?EIO=5&transport=polling", {}, 400, { code: 5, message: "Unsupported protocol version" }],
  ["no revision", "?transport=polling", {}, 400, { code: 5, message: "Unsupported protocol version" }],
  ["revision abc", "?EIO=abc&transport=polling", {}, 400, {
    code: 5,
    message: "Unsupported protocol version",
  }],
];

/** The same, once a session is open. */
const faults: readonly (readonly [string, (url: string) => string, RequestInit, number, unknown])[] = [
  ["another transport", (url) => url.replace("polling", "websocket"), {}, 400, {
    code: 3,
    message: "Bad request",
  }],
  ["another revision", (url) => url.replace("EIO=4", "EIO=3"), {}, 400, { code: 3, message: "Bad request" }],
  ["a body too large", (url) => url, { method: "POST", body: "4".padEnd(101, "x") }, 413, undefined],
];

const upgrades: readonly (readonly [string, string])[] = [
  ["an unknown transport", "?EIO=4&transport=carrier"],
  ["an unknown session", "?EIO=4&transport=websocket&sid=unknown"],
];

/** The answers to requests that cannot be served, from whichever server. */
function testRefusals(name: string, open: () => Promise<Subject>): void {
  Deno.test(`${name} answers what it cannot serve with the code of its kind`, async (test) => {
    await using subject = await open();
    for (const [what, query, init, status, told] of refusals) {
      await test.step(what, async () => {
        const answer = await ask(`${subject.origin}/socket.io/${query}`, init);
        assertEquals([answer.status, answer.headers.get("content-type")], [status, "application/json"]);
        const { hint: _, ...body } = JSON.parse(answer.body);
        assertEquals(body, told);
      });
    }
    for (const [what, change, init, status, told] of faults) {
      await test.step(what, async () => {
        const client = await PollingClient.open(subject.origin);
        const answer = await ask(change(client.url), init);
        assertEquals(answer.status, status);
        if (told !== undefined) assertEquals(JSON.parse(answer.body), told);
      });
    }
    for (const [what, query] of upgrades) {
      await test.step(`an upgrade with ${what}`, async () => {
        const opened = await rawUpgrade(`${subject.origin}/socket.io/${query}`).catch(() => undefined);
        assertEquals(opened, undefined);
      });
    }
  });

  Deno.test(`${name} ends a session upon a second poll, and the first one is told`, async () => {
    await using subject = await open();
    const client = await PollingClient.open(subject.origin);
    const answers = await Promise.all([client.poll(), client.poll()]);
    assertEquals(answers.map(({ status }) => status).sort(), [200, 400]);
    assertEquals((await client.poll()).status, 400);
  });
}

testRefusals("our engine", openOurs);
testRefusals("the original", openOriginal);
