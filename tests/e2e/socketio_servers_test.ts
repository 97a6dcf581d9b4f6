import { assert, assertEquals } from "@std/assert";
import { httpRequest, type JobPeer, noise, type Told } from "../helpers/job_scene.ts";
import { postgres, PostgresServer } from "../helpers/postgres.ts";
import type { ServerProcess } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";
import { countOf, Town } from "../helpers/town.ts";
import { inTime, until, untilThere } from "../helpers/until.ts";
import { Proxy } from "./proxies/proxy.ts";
import { haproxy, type ProxyKind } from "./proxies/proxy_kinds.ts";
import { missing } from "./proxies/proxy_process.ts";

type Transports = readonly ("polling" | "websocket")[];

/** The shipped HAProxy, which a test can tell to leave a server alone. */
const steered: ProxyKind = {
  ...haproxy,
  substitutions: (place) => [
    ...haproxy.substitutions(place),
    ["maxconn 1000", `maxconn 1000\n\tstats socket ${place.folder}/steering level admin`],
  ],
};
/** The same without anything that keeps a client at a server. */
const inTurn: ProxyKind = {
  ...steered,
  substitutions: (place) => [
    ...steered.substitutions(place),
    ["\tbalance source\n\thash-type consistent\n", "\tbalance roundrobin\n"],
  ],
};

/** Three servers on one database behind HAProxy, and an API key. */
class JobTown implements AsyncDisposable {
  private constructor(
    readonly town: Town,
    readonly proxy: Proxy,
    readonly key: string,
    private readonly database: PostgresServer,
  ) {}

  static async start(kind: ProxyKind): Promise<JobTown> {
    const database = await PostgresServer.start();
    const flags = ["--inscriptions.payment=wait", "--http.trusted_proxies=loopback"];
    const town = await Town.start(database, flags);
    const { key } = await town.at(0).admin("POST", "/admin/api-keys", { name: "press" });
    for (const server of town.servers) {
      const isKnown = async () => await countOf(server, "/admin/api-keys", "api_keys") === 1;
      await until(isKnown, "the key at every server");
    }
    const proxy = await Proxy.start(kind, town.servers.map(({ url }) => url));
    return new JobTown(town, proxy, String(key), database);
  }

  /** npm's client behind the proxy, which comes back by itself. */
  async connect(transports: Transports): Promise<JobPeer> {
    const options = { transports: [...transports], reconnection: true, reconnectionDelay: 10 };
    const peer = this.proxy.jobPeer(this.key, options);
    await inTime(peer.connected(), "a Socket.IO connection");
    return peer;
  }

  /** Starts a job at a server. */
  async inscribe(server: ServerProcess): Promise<string> {
    const { id } = await this.#post(server, "start-inscription", httpRequest(noise(200_000)));
    return String(id);
  }

  /** Has a job go on that waits for its payment. */
  async pay(server: ServerProcess, jobId: string): Promise<void> {
    await this.#post(server, "executed", { jobId });
  }

  async #post(server: ServerProcess, path: string, body: object): Promise<Record<string, unknown>> {
    const headers = { "x-api-key": this.key };
    const url = `${server.url}/inscriptions/${path}`;
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    const text = await answer.text();
    assertEquals(answer.status, 200, text);
    return JSON.parse(text);
  }

  /** How many Socket.IO clients each server has, by its place. */
  async clients(): Promise<number[]> {
    return await Promise.all(this.town.servers.map(async ({ url }) => {
      const answer = await fetch(`${url}/ws/health`).catch(() => undefined);
      const { jobs = 0, polling = 0 } = (await answer?.json())?.families ?? {};
      return jobs + polling;
    }));
  }

  /** The place of the server that has the only client. */
  async placeOfClient(): Promise<number> {
    return (await this.clients()).indexOf(1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    await this.town[Symbol.asyncDispose]();
    await this.database[Symbol.asyncDispose]();
  }
}

const offsetsOf = (told: readonly Told[]) => told.map(({ data }) => Number(data["offset"]));
const from = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index);

/** Follows a job, and goes on doing so wherever the client comes back to; answers how often it was recovered. */
async function follow(peer: JobPeer, jobId: string): Promise<boolean[]> {
  const { epoch, offset } = await peer.ask("follow-inscription", jobId);
  const recovered: boolean[] = [];
  peer.socket.on("connect", () => {
    const last = offsetsOf(peer.told).at(-1) ?? offset;
    void peer.ask("follow-inscription", { jobId, epoch, offset: last })
      .then((answer) => recovered.push(answer["recovered"] === true));
  });
  return recovered;
}

/** That a follower was told all of a job, each once and in order, up to its completion. */
async function assertWhole(peer: JobPeer, jobId: string): Promise<Told[]> {
  const told = await peer.toEnd(jobId);
  const [first = 0] = offsetsOf(told);
  assertEquals(offsetsOf(told), from(first, told.length));
  assertEquals(told.at(-1)?.event, "inscription-complete");
  assert(told.length > 3, `only ${told.length} events`);
  return told;
}

function testJobs(name: string, kind: ProxyKind, act: (scene: JobTown) => Promise<void>): void {
  testWith(
    postgres.missing ?? missing(kind),
    `Socket.IO at three servers on one database: ${name}`,
    async () => {
      await using scene = await JobTown.start(kind);
      await act(scene);
    },
  );
}

testJobs(
  "by WebSocket a client needs no server of its own, and is told all of a job of any",
  inTurn,
  async (scene) => {
    const peers = await Promise.all(from(0, 6).map(() => scene.connect(["websocket"])));
    assertEquals(await scene.clients(), [2, 2, 2]);
    const jobId = await scene.inscribe(scene.town.at(1));
    await Promise.all(peers.map((peer) => follow(peer, jobId)));
    await scene.pay(scene.town.at(2), jobId);
    const [first, ...others] = await Promise.all(peers.map((peer) => assertWhole(peer, jobId)));
    for (const other of others) assertEquals(other, first);
    for (const peer of peers) peer[Symbol.dispose]();
  },
);

for (const transports of [["websocket"], ["polling"]] as const) {
  const name = `${
    transports[0]
  } client of a server that was killed goes on at another one and misses nothing`;
  testJobs(`a ${name}`, steered, async (scene) => {
    using peer = await scene.connect(transports);
    const place = await scene.placeOfClient();
    const worker = scene.town.at(place + 1);
    const jobId = await scene.inscribe(worker);
    const recovered = await follow(peer, jobId);
    await scene.town.at(place).end("SIGKILL");
    // Whatever it is told of this it is told when it comes back, or after that.
    await scene.pay(worker, jobId);
    await assertWhole(peer, jobId);
    assertEquals([recovered.length > 0, recovered.every(Boolean)], [true, true]);
  });
}

testJobs(
  "a polling client that is led to another server starts anew there at once",
  steered,
  async (scene) => {
    using peer = await scene.connect(["polling"]);
    const place = await scene.placeOfClient();
    const jobId = await scene.inscribe(scene.town.at(place));
    const recovered = await follow(peer, jobId);
    const ends: string[] = [];
    peer.socket.on("disconnect", (reason) => void ends.push(reason));
    await scene.proxy.steer(`set server gateways/instance${place} state maint`);
    await scene.pay(scene.town.at(place), jobId);
    await assertWhole(peer, jobId);
    await untilThere(() => recovered[0], "its new beginning");
    assertEquals([ends, recovered], [["transport error"], [true]]);
    assertEquals(peer.socket.recovered, false);
  },
);

testWith(
  postgres.missing,
  "a server that knows a Socket.IO session of another one says so in the words that make a client start anew",
  async () => {
    await using database = await PostgresServer.start();
    await using town = await Town.start(database, [], 2);
    const polling = "/socket.io/?EIO=4&transport=polling";
    const { sid } = JSON.parse((await (await fetch(town.at(0).url + polling)).text()).slice(1));
    for (const init of [{}, { method: "POST", body: "2" }]) {
      const answer = await fetch(`${town.at(1).url}${polling}&sid=${sid}`, init);
      assertEquals([answer.status, await answer.json()], [400, { code: 1, message: "Session ID unknown" }]);
    }
    const dead = await town.add("--public_url=http://dead.example");
    const listed = async () => {
      const { servers } = await (await fetch(`${town.at(0).url}/inscriptions/websocket-servers`)).json();
      return servers.some(({ url }: { url: string }) => url === "ws://dead.example");
    };
    await until(listed, "the new server on the list");
    await dead.end("SIGKILL");
    await until(async () => !await listed(), "the list without it");
  },
);
