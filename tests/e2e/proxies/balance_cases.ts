import { assertEquals } from "@std/assert";
import { startGateway, type TestGateway } from "../../helpers/gateway.ts";
import { type JobPeer, JobScene, noise, socketRequest, ways } from "../../helpers/job_scene.ts";
import { TemporaryFolder } from "../../helpers/process.ts";
import { Proxy } from "./proxy.ts";
import type { ProxyCases } from "./proxy_cases.ts";
import type { ProxyKind } from "./proxy_kinds.ts";
import { inTime } from "../../helpers/until.ts";

/** Two gateways with one store behind a proxy. */
class Pair implements AsyncDisposable {
  readonly #peers: JobPeer[] = [];
  #address = 1;

  private constructor(
    private readonly folder: TemporaryFolder,
    readonly first: JobScene,
    readonly second: TestGateway,
    readonly proxy: Proxy,
  ) {}

  static async start(kind: ProxyKind): Promise<Pair> {
    const folder = await TemporaryFolder.make();
    const kv = `${folder.path}/heliograph.db`;
    const first = await JobScene.start({ store: kv });
    const second = await startGateway({ store: kv });
    const proxy = await Proxy.start(kind, [first.server.url, second.url]);
    return new Pair(folder, first, second, proxy);
  }

  /** Sessions on each instance. */
  get sessions(): [number, number] {
    return [this.first.server.gateway.sockets.size, this.second.gateway.sockets.size];
  }

  /** A client with an address that no other has. */
  async connect(options: Parameters<Proxy["jobPeer"]>[1] = {}): Promise<JobPeer> {
    this.#address += 1;
    const peer = this.proxy.jobPeer(this.first.key, options, `127.0.0.${this.#address}`);
    this.#peers.push(peer);
    await peer.connected();
    return peer;
  }

  /** Adds clients until each instance has two. */
  async spread(options: Parameters<Proxy["jobPeer"]>[1]): Promise<JobPeer[]> {
    const peers: JobPeer[] = [];
    while (Math.min(...this.sessions) < 2) peers.push(await this.connect(options));
    return peers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) peer[Symbol.dispose]();
    // In this order, since Caddy waits for the polls under way.
    await Promise.all([this.first.stop(), this.second.stop()]);
    await this.proxy[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

/** What a proxy does with several gateways. */
export const balanceCases: ProxyCases = (kind) => ({
  "a polling session stays on the instance that it began on": async () => {
    await using pair = await Pair.start(kind);
    const peers = await pair.spread({ transports: ["polling"] });
    assertEquals(pair.sessions[0] + pair.sessions[1], peers.length);
    for (const peer of peers) {
      const { jobId } = await peer.ask("start-inscription", socketRequest(noise(5000)));
      assertEquals((await peer.toEnd(jobId)).at(-1)?.event, "inscription-complete");
    }
  },

  "every transport reaches one of two instances, the change from one to the other included": async () => {
    await using pair = await Pair.start(kind);
    for (const transports of ways) {
      const peer = await pair.connect({ transports });
      const last = transports.at(-1);
      while (peer.socket.io.engine.transport.name !== last) {
        const upgraded = new Promise<void>((resolve) =>
          peer.socket.io.engine.once("upgrade", () => resolve())
        );
        await inTime(upgraded, `an upgrade to ${last}`);
      }
      const { success } = await peer.ask("start-inscription", socketRequest(noise(100)));
      assertEquals(success, true);
    }
  },

  "an instance that is not there is passed over": async () => {
    const gone = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => new Response());
    await gone.shutdown();
    await using gateway = await startGateway();
    await using proxy = await Proxy.start(kind, [`http://127.0.0.1:${gone.addr.port}`, gateway.url]);
    for (let address = 2; address < 10; address++) {
      const peer = await proxy.open("/ws/stream", proxy.clientFrom(`127.0.0.${address}`));
      assertEquals((await peer.next()).type, "welcome");
      await peer.close();
    }
  },

  "an instance that drains is taken out, and its clients go to the other": async () => {
    await using pair = await Pair.start(kind);
    const peers = await pair.spread({ reconnection: true, reconnectionDelay: 1, reconnectionDelayMax: 50 });
    const back = Promise.withResolvers<void>();
    for (const { socket } of peers) {
      socket.on("connect", () => {
        if (pair.sessions[1] === peers.length) back.resolve();
      });
    }
    await pair.first.server.gateway.drain();
    await back.promise;
    assertEquals(pair.sessions, [0, peers.length]);
  },

  ...kind.reload === undefined ? {} : {
    "a reload of the proxy cuts no WebSocket, and new ones are served": async () => {
      await using gateway = await startGateway();
      await using proxy = await Proxy.start(kind, [gateway.url]);
      const old = await proxy.open("/ws/stream");
      await proxy.reload();
      const young = await proxy.open("/ws/stream");
      for (const peer of [old, young]) {
        peer.send('{"type": "ping"}');
        await peer.next(({ type }) => type === "pong");
        await peer.close();
      }
    },
  },
});
