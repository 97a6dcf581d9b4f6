import { assertEquals } from "@std/assert";
import { signJwt } from "../../lib/crypto/mod.ts";
import { type Frame, Peer } from "../helpers/peer.ts";
import { postgres, PostgresServer } from "../helpers/postgres.ts";
import { testWith } from "../helpers/programs.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { until } from "../helpers/until.ts";

const key = "k".repeat(40);
const flags = ["--streams.private=user:", "--http.rate_limit=100000"];

interface Place {
  readonly epoch: string;
  readonly offset: number;
}

async function publish(server: ServerProcess, stream: string, number: number): Promise<Place> {
  const { epoch, offset } = await server.admin("POST", `/admin/streams/${stream}`, { data: { number } });
  return { epoch: String(epoch), offset: Number(offset) };
}

/** Subscribes, and answers what the subscription began with. */
async function subscribe(server: ServerProcess, stream: string, recover?: Place) {
  const exp = Date.now() / 1000 + 600;
  const token = stream.includes(":") ? signJwt({ channel: stream, exp }, key) : undefined;
  const peer = await Peer.open(`${server.ws}/stream`);
  peer.send(JSON.stringify({ type: "subscribe", stream, token, recover }));
  const subscribed = await peer.next(({ type }) => type === "subscribed");
  const numbers = async (count: number) => {
    const values: Frame[] = [];
    while (values.length < count) values.push(await peer.next(({ type }) => type === stream));
    return values.map(({ data, offset }) => [(data as { number: number }).number, offset]);
  };
  return { peer, subscribed, numbers };
}

/** Two processes on one store follow streams of the operator's own, through the death of one of them. */
async function follow(start: () => Promise<ServerProcess>): Promise<void> {
  const one = await start();
  await using other = await start();
  try {
    await one.admin("PUT", "/admin/streams/fees", { description: "Fees" });
    const names = async () => JSON.stringify(await (await fetch(`${other.url}/api/v1/streams`)).json());
    await until(async () => (await names()).includes('"fees"'), "the stream at the other server");
    for (const stream of ["fees", "user:ada"]) {
      const listener = await subscribe(other, stream);
      assertEquals(listener.subscribed["offset"], 0);
      const places = [];
      for (const number of [1, 2, 3, 4]) {
        places.push(await publish(number % 2 === 0 ? other : one, stream, number));
      }
      assertEquals(places.map(({ offset }) => offset), [1, 2, 3, 4]);
      assertEquals(await listener.numbers(4), [[1, 1], [2, 2], [3, 3], [4, 4]]);
      await listener.peer.close();
    }
  } finally {
    await one.end("SIGKILL");
  }
  await using again = await start();
  for (const stream of ["fees", "user:ada"]) {
    const { epoch, offset } = await publish(other, stream, 5);
    assertEquals(offset, 5);
    const back = await subscribe(again, stream, { epoch, offset: 2 });
    assertEquals(back.subscribed["recovered"], true);
    assertEquals(await back.numbers(3), [[3, 3], [4, 4], [5, 5]]);
    await publish(again, stream, 6);
    assertEquals(await back.numbers(1), [[6, 6]]);
    await back.peer.close();
  }
}

Deno.test("streams of the operator's own are the same at two servers on one file, and outlive one that is killed", async () => {
  await using folder = await TemporaryFolder.make();
  const env = { HELIOGRAPH_STREAMS_TOKEN_KEY: key };
  await follow(() => ServerProcess.start({ cwd: folder.path, env }, flags));
});

testWith(
  postgres.missing,
  "streams of the operator's own are the same at two servers on one database, and outlive one that is killed",
  async () => {
    await using folder = await TemporaryFolder.make();
    await using database = await PostgresServer.start();
    const env = { HELIOGRAPH_STREAMS_TOKEN_KEY: key, HELIOGRAPH_STORE: database.location() };
    await follow(() => ServerProcess.start({ cwd: folder.path, env }, flags));
  },
);
