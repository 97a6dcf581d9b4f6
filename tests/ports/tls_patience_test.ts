import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { noOpenssl } from "../helpers/certificates.ts";
import { LogLines } from "../helpers/log_lines.ts";
import { testWith } from "../helpers/programs.ts";
import { TlsScene } from "../helpers/tls_scene.ts";
import { until } from "../helpers/until.ts";

const second = 1000;

/** Something that ends, and how long that took by the scene's clock. */
class Watched {
  readonly #scene: TlsScene;
  #hasEnded = false;

  constructor(scene: TlsScene, connection: Deno.Conn) {
    this.#scene = scene;
    readToEnd(connection).finally(() => this.#hasEnded = true);
  }

  /** Whether it is there after so many milliseconds more. */
  async isOpenAfter(milliseconds: number): Promise<boolean> {
    for (let passed = 0; passed < milliseconds; passed += second) await this.#scene.clock.advance(second);
    return !this.#hasEnded;
  }

  /** Resolves when it ends within so many milliseconds more; the machine may take its time to tell. */
  async endsWithin(milliseconds: number): Promise<void> {
    await this.isOpenAfter(milliseconds);
    await until(() => this.#hasEnded, "the end of the connection");
  }
}

async function readToEnd(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(1024);
  while (await connection.read(buffer).catch(() => null) !== null);
}

/** The first bytes of a hello that is never said to its end. */
const half = new Uint8Array([22, 3, 1, 1, 0, 1, 0, 0, 252, 3, 3]);

testWith(
  noOpenssl,
  "who says nothing to a port with TLS, or no whole hello, is gone after ten seconds",
  async () => {
    await using scene = await TlsScene.start();
    using silent = await scene.connect();
    using hesitant = await scene.connect();
    await hesitant.write(half);
    const watched = [new Watched(scene, silent), new Watched(scene, hesitant)];
    // Connections are taken in the order in which they came.
    assert(await scene.reaches(scene.trust(scene.authority)));
    for (const one of watched) assert(await one.isOpenAfter(4 * second));
    for (const one of watched) await one.endsWithin(10 * second);
  },
);

testWith(
  noOpenssl,
  "who greets and asks for nothing, or never comes to the end of its request, is gone after twenty",
  async () => {
    await using scene = await TlsScene.start();
    using idle = await scene.connectTls();
    using slow = await scene.connectTls();
    await slow.write(new TextEncoder().encode("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "));
    const watched = [new Watched(scene, idle), new Watched(scene, slow)];
    for (const one of watched) assert(await one.isOpenAfter(7 * second));
    for (const one of watched) await one.endsWithin(10 * second);
  },
);

testWith(
  noOpenssl,
  "a connection that was answered may stay idle for a minute, and not for two",
  async () => {
    await using scene = await TlsScene.start();
    using connection = await scene.connectTls();
    const request = new TextEncoder().encode("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    const buffer = new Uint8Array(4096);
    for (let asked = 0; asked < 2; asked += 1) {
      await connection.write(request);
      const answer = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
      assertStringIncludes(answer, "HTTP/1.1 200");
      await scene.clock.advance(60 * second);
    }
    await new Watched(scene, connection).endsWithin(40 * second);
  },
);

testWith(noOpenssl, "a WebSocket stays as long as the hub lets it", async () => {
  await using scene = await TlsScene.start({ "websocket.connection_timeout": 3600 });
  const stream = await scene.openStream();
  await scene.clock.advance(200 * second);
  await stream.ping();
  await stream.close();
});

testWith(
  noOpenssl,
  "one address has a share of the connections to a port with TLS, and a trusted proxy has all",
  async () => {
    const few = { "websocket.max_connections_per_address": 1, "websocket.max_connections": 10 };
    {
      using lines = new LogLines();
      await using scene = await TlsScene.start(few);
      await using connections = new AsyncDisposableStack();
      for (let count = 0; count < 102; count += 1) connections.use(await scene.connect());
      using late = await scene.connect();
      assertEquals(await late.read(half.slice()).catch(() => null), null);
      assertStringIncludes(lines.text, "No room for more than 102 connections of 127.0.0.1");
    }
    await using scene = await TlsScene.start({ ...few, "http.trusted_proxies": ["127.0.0.1/32"] });
    await using connections = new AsyncDisposableStack();
    for (let count = 0; count < 110; count += 1) connections.use(await scene.connect());
    assert(await scene.reaches(scene.trust(scene.authority)));
  },
);
