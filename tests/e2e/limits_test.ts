import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Frame, Peer, signMessage, testKey } from "../helpers/peer.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { dataOf } from "../helpers/scene.ts";
import { testWith } from "../helpers/programs.ts";
import { until, untilThere } from "../helpers/until.ts";

const bash = await exists("/bin/bash") && await exists("/usr/bin/prlimit")
  ? undefined
  : "needs bash and prlimit";
const key = testKey(1);

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Runs what follows under limits of the shell. */
const limited = (limits: string) => ["/bin/bash", "-c", `${limits}; exec "$@"`, "limited"];

async function open(server: ServerProcess): Promise<void> {
  await server.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
  await server.admin("POST", "/admin/games", { games: [sampleGame()] });
}

async function submit(server: ServerProcess, id: string, note = ""): Promise<Response> {
  const body = signMessage(key, "prediction", samplePrediction(id, { wager: 1, note }));
  return await fetch(`${server.url}/api/v1/predictions`, { method: "POST", body });
}

async function statusOf(server: ServerProcess, path: string): Promise<[number, unknown]> {
  const response = await fetch(`${server.url}/${path}`);
  return [response.status, (await response.json())["reasons"]];
}

/**
 * Fills the store until it takes no more, a few times over: what fails may leave room for one more, once SQLite begins its
 * log anew. Answers how many predictions it took.
 */
async function fill(server: ServerProcess): Promise<{ taken: number; refused: Response }> {
  let [taken, refusedInARow] = [0, 0];
  for (let count = 0;; count += 1) {
    const response = await submit(server, `p${count}`, "x".repeat(30_000));
    refusedInARow = response.ok ? 0 : refusedInARow + 1;
    if (response.ok) taken += 1;
    if (refusedInARow === 5) return { taken, refused: response };
    await response.body?.cancel();
  }
}

testWith(
  bash,
  "when the disk is full nothing is confirmed, the server stays and says so, and goes on when there is room",
  async () => {
    await using folder = await TemporaryFolder.make();
    // Blocks of 1 KiB that a file may have: for a program the same as a full disk, and it can be widened.
    const runner = limited("trap '' XFSZ; ulimit -S -f 4000");
    await using server = await ServerProcess.start({ cwd: folder.path, runner }, [
      "--predictions.max_size=60000",
    ]);
    await open(server);
    const { peer } = await Peer.authenticated(server.ws, key);
    const { taken, refused } = await fill(server);
    assert(taken > 2, `${taken}`);
    let kept = taken;
    assertEquals(refused.status, 500);
    assertEquals((await refused.json()).error.code, "internal_error");
    const late = async (id: string) => {
      peer.send(signMessage(key, "prediction", samplePrediction(id, { wager: 1, note: "y".repeat(30_000) })));
      // What was accepted over HTTP is told here as well.
      const isItsAnswer = (frame: Frame) =>
        frame.type === "error" ||
        frame.type === "confirmation" && dataOf(frame)["prediction_id"] === id;
      return await peer.next(isItsAnswer);
    };
    // Room that SQLite gives back of its own log may be enough for one more.
    let error = await late("late");
    for (; error.type === "confirmation"; kept += 1) error = await late(`late${kept}`);
    assertEquals([error["code"], error["retry_after_ms"]], ["internal_error", 5000]);
    assertEquals(await statusOf(server, "readyz"), [503, ["the store cannot commit"]]);
    assertEquals(await statusOf(server, "healthz"), [200, []]);
    const log = server.stderr.all.filter((line) => line.includes("Cannot commit predictions"));
    assert(log.length >= 1);
    await limitFiles(server, "unlimited");
    await until(async () => (await statusOf(server, "readyz"))[0] === 200, "readiness");
    const again = await submit(server, "after", "z".repeat(30_000));
    assertEquals(again.status, 200);
    assertEquals((await again.json()).data.receipt.sequence, kept + 1);
    assertEquals((await server.end("SIGTERM")).code, 0);
  },
);

testWith(
  bash,
  "a data folder that cannot be written is no reason to die: nothing is confirmed until it can be",
  async () => {
    await using folder = await TemporaryFolder.make();
    const runner = limited("trap '' XFSZ");
    await using server = await ServerProcess.start({ cwd: folder.path, runner });
    await open(server);
    assertEquals((await submit(server, "before")).status, 200);
    await limitFiles(server, "1");
    const refused = await submit(server, "p1");
    assertEquals([refused.status, (await refused.json()).error.code], [500, "internal_error"]);
    assertEquals((await statusOf(server, "readyz"))[0], 503);
    assertEquals(
      (await fetch(`${server.url}/ws/health`).then((response) => response.json())).status,
      "offline",
    );
    await limitFiles(server, "unlimited");
    await until(async () => (await statusOf(server, "readyz"))[0] === 200, "readiness");
    assertEquals((await submit(server, "p1")).status, 200);
  },
);

testWith(bash, "serve says in one line that it cannot write its data folder, and ends", async () => {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/data`, "a file where a folder should be");
  const started = await ServerProcess.start({ cwd: folder.path }).then(() => "started", String);
  assertStringIncludes(started, "data");
  assertStringIncludes(started, "Cannot");
});

testWith(
  bash,
  "with all files open those connected are served, and others find room when some have left",
  async () => {
    await using folder = await TemporaryFolder.make();
    await using server = await ServerProcess.start({ cwd: folder.path });
    await open(server);
    const { peer } = await Peer.authenticated(server.ws, key);
    await limitFiles(server, "64", "nofile");
    const crowd = await crowdOf(server, 80);
    await server.stderr.find(/Cannot accept connections for now: .*Too many open files/);
    peer.send(signMessage(key, "prediction", samplePrediction("p1", { wager: 1 })));
    const confirmation = await peer.next(({ type }) => type === "confirmation");
    assertEquals((confirmation["data"] as Record<string, unknown>)["status"], "success");
    for (const connection of crowd) connection.close();
    const later = await reopened(server);
    assertEquals((await submit(server, "p2")).status, 200);
    assert(await fetch(`${server.url}/readyz`).then((response) => response.ok));
    await later.close();
    await peer.close();
    assertEquals((await server.end("SIGTERM")).code, 0);
  },
);

/** As many connections as there is room for, up to `count`. */
async function crowdOf({ url }: ServerProcess, count: number): Promise<Deno.TcpConn[]> {
  const { hostname, port } = new URL(url);
  const tried = Array.from({ length: count }, () => Deno.connect({ hostname, port: Number(port) }));
  const connections = await Promise.allSettled(tried);
  return connections.flatMap((tried) => tried.status === "fulfilled" ? [tried.value] : []);
}

/** A client that tries until it is taken. */
async function reopened({ ws }: ServerProcess): Promise<Peer> {
  return await untilThere(() => Peer.open(ws).catch(() => undefined), "a place");
}

/** Sets a limit of a running server: of the size of its files in bytes, or of how many it may have open. */
async function limitFiles(server: ServerProcess, limit: string, kind = "fsize"): Promise<void> {
  const args = [`--pid=${server.pid}`, `--${kind}=${limit}:`];
  const { success } = await new Deno.Command("prlimit", { args }).output();
  assert(success);
}
