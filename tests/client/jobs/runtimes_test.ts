import { assertEquals } from "@std/assert";
import { findChromium, testWith } from "../../helpers/programs.ts";
import { startGateway } from "../../helpers/gateway.ts";
import { runToEnd, TemporaryFolder } from "../../helpers/process.ts";

const client = `${import.meta.dirname}/../../../lib/client/job_client.ts`;
const browser = await findChromium();
const hasNode = await answers("node", "process.versions.deno === undefined");

/** Inscribes with each mode, and prints what carried it and what came of it. */
const program = `
  const outcomes = [];
  for (const mode of ["websocket", "auto", "http"]) {
    const client = new JobClient({ url, apiKey, mode });
    const file = { bytes: new Uint8Array(100_000).map((_, index) => index * index), name: "a.bin" };
    let carrier;
    const { topicId } = await client.inscribe({ file, holderId: "0.0.5" }, {
      onStarted: () => carrier = client.transport,
    });
    outcomes.push([mode, carrier, topicId]);
    client.close();
  }
`;
const expected = [
  ["websocket", "websocket", "0.0.1001"],
  ["auto", "websocket", "0.0.1002"],
  ["http", "http", "0.0.1003"],
];

async function answers(command: string, question: string): Promise<boolean> {
  try {
    return (await runToEnd([command, "-p", question], { cwd: "/" })).stdout.trim() === "true";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function bundle(folder: string, platform: "browser" | "deno"): Promise<string> {
  const path = `${folder}/client.mjs`;
  const line = [Deno.execPath(), "bundle", "--quiet", "--platform", platform, "-o", path, client];
  const { code, stderr } = await runToEnd(line, { cwd: import.meta.dirname ?? "" });
  assertEquals(code, 0, stderr);
  return path;
}

/** A gateway with an API key. */
async function openGateway() {
  const server = await startGateway();
  const { key } = await server.admin("POST", "/admin/api-keys", { name: "test" });
  return {
    server,
    known: `const url = ${JSON.stringify(server.url)}; const apiKey = ${JSON.stringify(key)};`,
  };
}

/** Opens a page in Chromium, and answers what it posts. */
async function openPage(
  html: string,
  files: Readonly<Record<string, string>>,
  folder: string,
): Promise<string> {
  const posted = Promise.withResolvers<string>();
  await using pages = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") posted.resolve(await request.text());
    const [body, type] = files[pathname] === undefined ? [html, "html"] : [files[pathname], "javascript"];
    return new Response(body, { headers: { "content-type": `text/${type}` } });
  });
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    `--user-data-dir=${folder}/profile`,
  ];
  const args = [...flags, `http://127.0.0.1:${pages.addr.port}/`];
  const chromium = new Deno.Command(browser ?? "", { args, stdout: "null", stderr: "null" }).spawn();
  try {
    const ended = chromium.status.then(() => Promise.reject(new Error("Chromium has ended")));
    return await Promise.race([posted.promise, ended]);
  } finally {
    chromium.kill("SIGTERM");
    await chromium.status;
  }
}

testWith(
  browser === undefined ? "no Chromium" : undefined,
  "a page of another origin inscribes, over Socket.IO and over HTTP",
  async () => {
    await using folder = await TemporaryFolder.make();
    const { server, known } = await openGateway();
    await using _ = server;
    const code = await Deno.readTextFile(await bundle(folder.path, "browser"));
    const script = `import { JobClient } from "/client.mjs";
      const post = (body) => fetch("/", { method: "POST", body });
      const inscribe = async () => { ${known} ${program} return JSON.stringify(outcomes); };
      inscribe().catch((error) => JSON.stringify(String(error))).then(post);`;
    const html = `<!doctype html><title>Test</title><script type="module">${script}</script>`;
    const posted = await openPage(html, { "/client.mjs": code }, folder.path);
    assertEquals(JSON.parse(posted), expected);
  },
);

testWith(
  hasNode ? undefined : "no node",
  "the client inscribes in Node, over Socket.IO and over HTTP",
  async () => {
    await using folder = await TemporaryFolder.make();
    const { server, known } = await openGateway();
    await using _ = server;
    const path = await bundle(folder.path, "deno");
    const script = `${folder.path}/script.mjs`;
    await Deno.writeTextFile(
      script,
      `import { JobClient } from ${
        JSON.stringify(path)
      }; ${known} ${program} console.log(JSON.stringify(outcomes));`,
    );
    const { stdout, stderr } = await runToEnd(["node", script], { cwd: folder.path });
    assertEquals(JSON.parse(stdout || "[]"), expected, stderr);
  },
);
