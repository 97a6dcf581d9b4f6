import { assertEquals } from "@std/assert";
import { startGateway, type TestGateway } from "../helpers/gateway.ts";
import { preparedPython } from "../helpers/prepared_python.ts";
import { runToEnd } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";

const here = import.meta.dirname ?? "";
const folder = `${here}/clients`;
const config = ["--no-check", "--allow-all", "--frozen", "--config", "deno.json"];
const oldVersions = "Socket.IO clients of versions 3 and 4 (EIO=4) work here, those of 1 and 2 do not";
const noJob = "There is no inscription nothing of this API key";

const npm = await missingPackages();
const python = await preparedPython({
  name: "websocket-clients",
  packages: [
    "websockets==16.0",
    "websocket-client==1.9.0",
    "aiohttp==3.13.2",
    "python-socketio[client]==5.15.0",
  ],
  modules: ["websockets", "websocket", "aiohttp", "socketio"],
});
const olderPython = await preparedPython({
  name: "socketio-4",
  packages: ["python-socketio[client]==4.6.1", "python-engineio==3.14.2"],
  modules: ["socketio"],
});

/** Why the clients from npm are not there; undefined where they are. */
async function missingPackages(): Promise<string | undefined> {
  const args = ["cache", "--quiet", "--frozen", "--config", "deno.json", ...await packages()];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: folder }).output();
  if (success) return undefined;
  const text = new TextDecoder().decode(stderr);
  if (/error sending request|failed to lookup|timed out|registry/i.test(text)) {
    return "the npm registry cannot be reached";
  }
  throw new Error(`Cannot load the clients:\n${text}`);
}

async function packages(): Promise<string[]> {
  const { imports } = JSON.parse(await Deno.readTextFile(`${folder}/deno.json`));
  return Object.values<string>(imports);
}

/** What a client printed. */
async function run(command: readonly [string, ...string[]], cwd = here): Promise<Record<string, unknown>> {
  const { stdout, stderr } = await runToEnd(command, { cwd });
  const said = stdout.split("\n").find((line) => line.startsWith("=> "));
  if (said === undefined) throw new Error(`The client said nothing: ${stderr}`);
  return JSON.parse(said.slice(3));
}

const runNpm = (...args: string[]) =>
  run([Deno.execPath(), "run", ...config, "run_client.ts", ...args], folder);
const runPython = (program: string, ...args: string[]) =>
  run([program, `${here}/python/clients.py`, ...args]);

async function keyOf(server: TestGateway): Promise<string> {
  return String((await server.admin("POST", "/admin/api-keys", { name: "client" }))["key"]);
}

const heard = { types: ["welcome", "subscribed", "network_metrics"] };

for (const client of ["ws", "faye-websocket", "websocket", "reconnecting-websocket"]) {
  testWith(npm, `${client} of npm subscribes and gets the data`, async () => {
    await using server = await startGateway();
    assertEquals(await runNpm(client, `${server.ws}/stream`), heard);
  });
}

for (const client of ["websockets", "websocket-client", "aiohttp"]) {
  testWith(python.missing, `${client} of Python subscribes and gets the data`, async () => {
    await using server = await startGateway();
    assertEquals(await runPython(python.python, client, `${server.ws}/stream`), heard);
  });
}

for (const transport of ["websocket", "polling"]) {
  for (const version of ["3", "4"]) {
    testWith(
      npm,
      `socket.io-client ${version} is answered over ${transport}, and told that a key is wrong`,
      async () => {
        await using server = await startGateway();
        const client = `socket.io-client-${version}`;
        const { answer } = await runNpm(client, server.url, await keyOf(server), transport);
        assertEquals(answer, { success: false, error: noJob, code: "not_found" });
        assertEquals(await runNpm(client, server.url, "wrong", transport), {
          connect_error: "Invalid API key",
        });
      },
    );
  }

  testWith(npm, `socket.io-client 2 is told over ${transport} which versions work`, async () => {
    await using server = await startGateway();
    const client = "socket.io-client-2";
    assertEquals(await runNpm(client, server.url, await keyOf(server), transport), { error: oldVersions });
  });

  testWith(
    python.missing,
    `python-socketio 5 is answered over ${transport}, and told that a key is wrong`,
    async () => {
      await using server = await startGateway();
      const ask = (key: string) => runPython(python.python, "python-socketio", server.url, key, transport);
      assertEquals(await ask(await keyOf(server)), {
        answer: { success: false, error: noJob, code: "not_found" },
      });
      assertEquals(await ask("wrong"), {
        error: { message: "Invalid API key", data: { code: "unauthorized" } },
      });
    },
  );

  testWith(olderPython.missing, `python-socketio 4 is refused over ${transport}`, async () => {
    await using server = await startGateway();
    const key = await keyOf(server);
    const refused = await runPython(olderPython.python, "python-socketio", server.url, key, transport);
    assertEquals(refused, { error: oldVersions });
  });
}
