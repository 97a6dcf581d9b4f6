import { assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import { z } from "zod";
import { loadConfig } from "../../../lib/config/mod.ts";
import { callAdmin, startGateway, type TestGateway } from "../../helpers/gateway.ts";
import { Peer, signAuthentication, testKey } from "../../helpers/peer.ts";
import { postgres, PostgresServer } from "../../helpers/postgres.ts";
import { TemporaryFolder } from "../../helpers/process.ts";
import { testWith } from "../../helpers/programs.ts";
import { sampleGame } from "../../helpers/samples.ts";
import { dataOf } from "../../helpers/scene.ts";
import { until } from "../../helpers/until.ts";
import { composeHaproxy } from "./proxy_kinds.ts";
import { missing, ProxyProcess } from "./proxy_process.ts";

const deploy = `${import.meta.dirname}/../../../deploy/compose`;

const gateway = z.object({
  environment: z.record(z.string(), z.string()),
  stop_grace_period: z.string(),
  user: z.literal("65532:65532"),
  read_only: z.literal(true),
});
const composition = z.object({
  services: z.object({
    one: gateway,
    two: gateway,
    three: gateway,
    proxy: z.object({ depends_on: z.array(z.string()), ports: z.array(z.string()) }),
    database: z.object({ environment: z.record(z.string(), z.string()) }),
  }),
});

/** Compose's `${NAME:-otherwise}` and `${NAME:?complaint}`, as far as the file uses them. */
function interpolate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, more: string) => {
    const value = values[name] ?? (kind === "-" ? more : undefined);
    if (value === undefined) throw new Error(`${name}: ${more}`);
    return value;
  });
}

Deno.test("in the compose file of a cluster, all gateways are alike and say what the gateway understands", async () => {
  const { services } = composition.parse(parse(await Deno.readTextFile(`${deploy}/cluster.yaml`)));
  const { one, two, three, proxy, database } = services;
  assertEquals([two, three], [one, one]);
  assertEquals(proxy.depends_on, ["one", "two", "three"]);
  const given = { HELIOGRAPH_ADMIN_TOKEN: "an-admin-token-for-tests", POSTGRES_PASSWORD: "secret" };
  const env = Object.fromEntries(
    Object.entries(one.environment).map(([name, value]) => [name, interpolate(value, given)]),
  );
  const { config } = loadConfig({ flags: [], env, readFile: Deno.readTextFileSync });
  assertEquals(Number.parseInt(one.stop_grace_period) > config.shutdown_timeout, true);
  const { username, password, hostname, pathname } = new URL(config.store);
  const { POSTGRES_USER, POSTGRES_DB } = database.environment;
  assertEquals([username, password, pathname.slice(1)], [POSTGRES_USER, "secret", POSTGRES_DB]);
  assertEquals(Object.hasOwn(services, hostname), true);
  assertEquals(proxy.ports, [config.port, config["admin.port"]].map((port) => `127.0.0.1:${port}:${port}`));
});

testWith(
  missing(composeHaproxy) ?? postgres.missing,
  "behind the compose file's HAProxy, a game that operators post reaches miners on three gateways, and one that goes loses none",
  async () => {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await TemporaryFolder.make());
    const database = stack.use(await PostgresServer.start());
    const shared = {
      store: database.location(),
      validator_key: `${folder.path}/validator.key`,
      "admin.port": 0,
      "http.trusted_proxies": ["loopback"],
    };
    const gateways: TestGateway[] = [];
    for (let index = 0; index < 3; index++) gateways.push(stack.use(await startGateway(shared)));
    const addresses = gateways.map(({ url, adminUrl }) => `${new URL(url).host}+${new URL(adminUrl).host}`);
    const proxy = await ProxyProcess.start(composeHaproxy, folder.path, addresses);
    stack.defer(() => proxy.end());
    const clients = `http://127.0.0.1:${proxy.place.httpPort}`;
    const operators = `http://127.0.0.1:${proxy.place.httpsPort}`;
    for (const path of ["/admin/miners", "/%61dmin/miners", "/metrics", "/console"]) {
      const answer = await fetch(`${clients}${path}`);
      await answer.body?.cancel();
      assertEquals([path, answer.status], [path, 404]);
    }
    const keys = Array.from({ length: 12 }, (_, index) => testKey(index + 1));
    for (const [uid, { address }] of keys.entries()) {
      await callAdmin(`${operators}/admin/miners/${address}`, "PUT", { uid });
    }
    const isEverywhere = async () => {
      const lists = await Promise.all(gateways.map((each) => each.admin("GET", "/admin/miners?limit=100")));
      return lists.every(({ miners }) => (miners as readonly unknown[]).length === keys.length);
    };
    await until(isEverywhere, "the miners at each gateway");
    const connect = (epoch?: unknown) =>
      Promise.all(keys.map(async (key, index) => {
        // From addresses of their own, by which the proxy spreads them.
        const client = Deno.createHttpClient({ localAddress: `127.0.0.${index + 2}` });
        stack.defer(() => client.close());
        const peer = await Peer.open(`${clients.replace("http", "ws")}/ws`, { client });
        const recover = epoch === undefined
          ? {}
          : { recover: { games: { epoch: String(epoch), offset: 1 } } };
        peer.send(signAuthentication(key, recover));
        return { peer, welcome: dataOf(await peer.next(({ type }) => type === "welcome")) };
      }));
    const post = (id: string) => callAdmin(`${operators}/admin/games`, "POST", { games: [sampleGame(id)] });
    const loads = () => gateways.map((each) => each.gateway.hub.size);

    const peers = await connect();
    assertEquals(loads().every((load) => load > 0), true, String(loads()));
    await post("401");
    for (const { peer } of peers) {
      assertEquals(dataOf(await peer.next(({ type }) => type === "game_update"))["offset"], 1);
    }
    const [first] = gateways;
    await first?.gateway.drain();
    await Promise.all(peers.map(({ peer }) => peer.close()));
    await post("402");
    for (const { peer, welcome } of await connect(peers[0]?.welcome["epoch"])) {
      assertEquals(dataOf(await peer.next(({ type }) => type === "game_update"))["offset"], 2);
      assertEquals((welcome["recovered"] as { games: boolean }).games, true);
      assertEquals(loads()[0], 0);
      await peer.close();
    }
  },
);
