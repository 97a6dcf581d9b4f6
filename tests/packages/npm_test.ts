import { assertEquals, assertStringIncludes } from "@std/assert";
import { cryptoReady } from "../../lib/crypto/mod.ts";
import { startGateway, type TestGateway } from "../helpers/gateway.ts";
import { testKey } from "../helpers/peer.ts";
import { ServerProcess } from "../helpers/process.ts";
import { sampleGame } from "../helpers/samples.ts";
import { testWith } from "../helpers/programs.ts";
import { Background } from "./background.ts";
import { chromium, seenOnPage } from "./browser.ts";
import { node20, Project, root, whyNoNpm } from "./project.ts";

await cryptoReady();
const hexOf = (bytes: Uint8Array) => `0x${bytes.toHex()}`;

/** A gateway with a game, where a miner is registered whose key lies in the project. */
async function gatewayFor(project: Project): Promise<TestGateway> {
  const server = await startGateway();
  await register(project, (method, path, body) => server.admin(method, path, body));
  return server;
}

type Admin = (method: string, path: string, body: unknown) => Promise<unknown>;

async function register(project: Project, admin: Admin): Promise<void> {
  const key = testKey(1);
  await Deno.writeTextFile(`${project.path}/miner.key`, hexOf(key.seed));
  await admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
  await admin("POST", "/admin/games", { games: [sampleGame()] });
}

/** The first TypeScript of the README after a heading. */
async function exampleOf(readme: string, heading: string): Promise<string> {
  const text = await Deno.readTextFile(`${root}/${readme}`);
  const found = /```ts[^\n]*\n([^]*?)```/.exec(text.slice(text.indexOf(heading)));
  if (found?.[1] === undefined) throw new Error(`${readme} has no example under ${heading}`);
  return found[1];
}

const strict = [
  "--strict",
  "--target",
  "es2022",
  "--module",
  "nodenext",
  "--types",
  "node",
  "--lib",
  "es2023,dom",
];

testWith(await whyNoNpm(), "the packages for npm, installed as a user would", async (test) => {
  await using project = await Project.make();
  const node = await node20();
  const bin = (name: string) => `${project.path}/node_modules/.bin/${name}`;

  await test.step("publint and Are The Types Wrong find nothing", async () => {
    for (const tarball of project.tarballs) {
      await project.run(["npx", "-y", "publint@0.3.25", tarball, "--strict"]);
      await project.run(["npx", "-y", "@arethetypeswrong/cli@0.18.5", tarball, "--profile=esm-only"]);
    }
  });

  await test.step("the TypeScript of both READMEs compiles under strict", async () => {
    const own = await exampleOf("lib/client/README.md", "## A miner");
    const brought = await exampleOf("lib/client/README.md", "**Node 20 has no WebSocket.**");
    const [importing = "", making = ""] = brought.split("\n\n");
    const other = making.replace("const client", "export const other").replace(
      "url,",
      'url: "ws://localhost",',
    );
    await Deno.writeTextFile(`${project.path}/own.mts`, `${importing}\n${own}\n${other}`);
    await Deno.writeTextFile(
      `${project.path}/miner.mts`,
      await exampleOf("README.md", "### A miner in TypeScript"),
    );
    await project.run([bin("tsc"), ...strict, "miner.mts", "own.mts"]);
  });

  await test.step("the README's miner confirms a prediction in Node 20, over HTTP", async () => {
    await using server = await gatewayFor(project);
    await using miner = new Background([...node, "miner.mjs", server.url, "miner.key"], project.path);
    await miner.line(/sequence: 1/);
    assertStringIncludes(
      miner.stderr.all.join("\n"),
      "Predictions go over HTTP: this runtime has no WebSocket",
    );
  });

  await test.step("examples/node-miner confirms over a WebSocket in Node 20", async () => {
    await using server = await gatewayFor(project);
    const example = await project.copy("node-miner");
    await using miner = new Background([...node, "miner.js", server.url, "../miner.key"], example);
    await miner.line(/ receipt 1$/);
    assertStringIncludes(miner.stderr.all.join("\n"), "Predictions go over a WebSocket");
  });

  await test.step("examples/handlers: the gateway serves a type of its own, and a miner uses it", async () => {
    await using server = await ServerProcess.start({ cwd: project.path }, [
      `--websocket.handlers=${root}/examples/handlers/handlers.ts`,
    ]);
    await register(project, (method, path, body) => server.admin(method, path, body));
    const example = await project.copy("handlers");
    const said = await project.run([...node, "miner.js", server.url, "../miner.key"], example);
    assertEquals(said, '{"miners":1,"models":2}\n');
  });

  const inBrowser = async (name: string, run: () => Promise<void>) => {
    const ignore = chromium === undefined;
    await test.step({ name: ignore ? `${name} (no Chromium)` : name, ignore, fn: run });
  };

  await inBrowser("examples/react compiles under strict, builds with Vite and shows live data", async () => {
    await using server = await startGateway();
    const example = await project.copy("react");
    await project.run([bin("tsc"), "-p", "."], example);
    await project.run([bin("vite"), "build"], example);
    const gateway = `?gateway=${server.url.replace("http", "ws")}`;
    const live = /Block \d+, strength[^]*connected[^]* ms/;
    await seenOnPage(`${example}/dist`, gateway, live, `${project.path}/profile`);
  });

  await inBrowser("signatures are verified in a worker, which Vite and esbuild find", async () => {
    const page = `${project.path}/pool`;
    await Deno.mkdir(`${page}/esbuild`, { recursive: true });
    const html = '<!doctype html><p id="said"></p><script type="module" src="/page.js"></script>';
    await Deno.writeTextFile(`${page}/index.html`, html);
    await Deno.writeTextFile(`${page}/esbuild/index.html`, html);
    const key = testKey(1);
    await Deno.writeTextFile(
      `${page}/page.js`,
      `import { CryptoPool } from "@heliograph/client/crypto";
       const pool = new CryptoPool({ workers: 1 });
       const [address, signature] = ${JSON.stringify([key.address, key.sign("hello")])};
       const both = await Promise.all(["hello", "hullo"].map((text) => pool.verify(text, signature, address)));
       document.getElementById("said").textContent = "verified " + both.join();`,
    );
    await project.run([bin("vite"), "build"], page);
    const worker = "@heliograph/client/crypto/crypto_worker";
    const entries = ["page.js", `crypto_worker=${project.path}/node_modules/${worker}.js`];
    await project.run([bin("esbuild"), ...entries, "--bundle", "--format=esm", "--outdir=esbuild"], page);
    for (const built of ["dist", "esbuild"]) {
      await seenOnPage(`${page}/${built}`, "", /verified true,false/, `${project.path}/profile-${built}`);
    }
  });

  await test.step("@heliograph/engine-io serves Socket.IO clients by itself", async () => {
    const example = await exampleOf("lib/socketio/README.md", "# @heliograph/engine-io");
    const program = example.replace("npm:@heliograph", "@heliograph")
      .replace("Deno.serve(", 'Deno.serve({ port: 0, hostname: "127.0.0.1" }, ');
    await Deno.writeTextFile(`${project.path}/server.ts`, program);
    const line = [
      Deno.execPath(),
      "run",
      "--check",
      "--allow-net",
      "--allow-env",
      "--allow-read",
      "server.ts",
    ];
    await using server = new Background(line, project.path);
    const [url] = /http:\/\/[\d.:]+/.exec(await server.line(/Listening on/, "stderr")) ?? [];
    await Deno.writeTextFile(
      `${project.path}/client.mjs`,
      `import { io } from "socket.io-client";
       for (const transports of [["polling"], ["polling", "websocket"]]) {
         const socket = io(${JSON.stringify(url)}, { transports });
         console.log(await socket.emitWithAck("echo", transports.join()));
         socket.disconnect();
       }`,
    );
    const said = await project.run([...node, "client.mjs"]);
    assertEquals(said, "polling\npolling,websocket\n");
  });
});
