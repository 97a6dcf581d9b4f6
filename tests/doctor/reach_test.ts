import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakeClock } from "../helpers/fake_clock.ts";
import { doctor, examine } from "./examine.ts";
import { answering, FakeEndpoint } from "./fake_endpoint.ts";

/** A port on which nothing listens. */
function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("doctor says that a port is refused, and ends there", async () => {
  const { code, ids, checks } = await examine([`ws://127.0.0.1:${closedPort()}/ws`]);
  assertEquals([code, ids, checks.map(({ id }) => id)], [2, ["tcp-refused"], ["name", "tcp"]]);
});

Deno.test("doctor says that a name does not resolve", async () => {
  const network = {
    lookup: () => Promise.reject(Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" })),
  };
  const { code, ids } = await examine(["wss://gatewey.example.org"], { network });
  assertEquals([code, ids], [2, ["name-not-found"]]);
});

Deno.test("doctor says that a name server does not answer", async () => {
  const clock = new FakeClock();
  const asked = Promise.withResolvers<void>();
  const network = {
    lookup: () => {
      asked.resolve();
      return new Promise<never>(() => {});
    },
  };
  const examining = examine(["wss://gateway.example.org"], { clock, network });
  await asked.promise;
  await clock.advance(8000);
  const { code, ids } = await examining;
  assertEquals([code, ids], [2, ["name-no-answer"]]);
});

Deno.test("doctor gives up on a machine that drops packets", async () => {
  const clock = new FakeClock();
  const tried = Promise.withResolvers<void>();
  const network = {
    connect: () => {
      tried.resolve();
      return new Promise<never>(() => {});
    },
  };
  const examining = examine(["ws://192.0.2.1:10401"], { clock, network });
  await tried.promise;
  await clock.advance(5000);
  const { code, ids } = await examining;
  assertEquals([code, ids], [2, ["tcp-timeout"]]);
});

Deno.test("doctor tells which of several addresses do not answer", async () => {
  await using endpoint = new FakeEndpoint(answering());
  const network = {
    lookup: () =>
      Promise.resolve([{ address: "127.0.0.1", family: 4 as const }, {
        address: "127.0.0.2",
        family: 4 as const,
      }]),
  };
  const { code, ids, check } = await examine([`ws://gateway.example.org:${endpoint.port}`], { network });
  assertEquals([code, ids], [1, ["tcp-partly"]]);
  assertStringIncludes(check("tcp").summary, "not at 127.0.0.2: connection refused");
});

Deno.test("doctor ends at a server that takes connections and never answers", async () => {
  const clock = new FakeClock();
  const asked = Promise.withResolvers<void>();
  await using endpoint = new FakeEndpoint(async (call) => {
    asked.resolve();
    await call.drain();
  });
  const examining = examine([endpoint.url()], { clock });
  await asked.promise;
  await clock.advance(8000);
  const { code, ids } = await examining;
  assertEquals([code, ids, clock.pending], [2, ["http-no-answer"], 0]);
});

Deno.test("doctor ends at a server that takes connections and shows no certificate", async () => {
  const clock = new FakeClock();
  const greeted = Promise.withResolvers<void>();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      const count = await connection.read(new Uint8Array(4096));
      if (count === null) connection.close();
      else {
        greeted.resolve();
        await connection.read(new Uint8Array(4096)).catch(() => {});
        connection.close();
      }
    }
  })();
  const examining = examine([`wss://127.0.0.1:${listener.addr.port}`], { clock });
  await greeted.promise;
  await clock.advance(8000);
  const { code, ids } = await examining;
  listener.close();
  await serving.catch(() => {});
  assertEquals([code, ids], [2, ["tls-handshake"]]);
});

Deno.test("doctor --fast waits no longer than two seconds", async () => {
  const clock = new FakeClock();
  const asked = Promise.withResolvers<void>();
  await using endpoint = new FakeEndpoint(async (call) => {
    asked.resolve();
    await call.drain();
  });
  const asking = doctor([endpoint.url(), "--fast"], { clock });
  await asked.promise;
  await clock.advance(2000);
  assertEquals(await asking, {
    code: 2,
    printed: "",
    complained: `${endpoint.url()}/: nothing within 2 s\n`,
  });
});

Deno.test("doctor ends when nobody waits any more", async () => {
  const stop = new AbortController();
  await using endpoint = new FakeEndpoint(async (call) => {
    stop.abort();
    await call.drain();
  });
  const { code } = await doctor([endpoint.url()], { signal: stop.signal });
  assertEquals(code, 130);
});

Deno.test("doctor tells a server that hangs up from one that speaks something else", async () => {
  await using rude = new FakeEndpoint(() => Promise.resolve());
  assertEquals((await examine([rude.url()])).ids, ["http-cut"]);
  await using mail = new FakeEndpoint((call) => call.write("220 mail.example.org ESMTP\r\n"));
  const { code, ids, check } = await examine([mail.url()]);
  assertEquals([code, ids], [2, ["http-not-spoken"]]);
  assertMatch(check("http").summary, /220 mail/);
});

Deno.test("doctor refuses what is no URL", async () => {
  for (const url of ["ftp://example.org", "ws://", "http://[::1"]) {
    const { code, complained } = await doctor([url]);
    assertEquals(code, 2);
    assertMatch(complained, /^Cannot use this URL: expected .*--help" says more\n$/);
  }
});
