import { assertEquals } from "@std/assert";
import { runToEnd, TemporaryFolder } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";
import { copyFolder } from "../packages/project.ts";
import { type Block, blocksOf, makeTools, programOf } from "./commands.ts";

const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const kept = ["data", "dist", "node_modules", ".git", "venv"];
const patience = 240;

Deno.test("blocks of a shell are found, with why they are not run", () => {
  const markdown =
    "a\n\n```sh\nls\n```\n\n<!-- not run: needs\n  root -->\n\n```sh\nsudo ls\n```\n\n```json\n{}\n```\n";
  assertEquals(blocksOf("a.md", markdown), [
    { guide: "a.md", line: 4, text: "ls\n", skipped: undefined },
    { guide: "a.md", line: 11, text: "sudo ls\n", skipped: "needs root" },
  ]);
});

async function whyNoNetwork(): Promise<string | undefined> {
  const tools = ["unshare", "ip", "curl", "openssl", "lsof", "setsid"];
  const found = await runToEnd(["sh", "-c", `for tool in ${tools.join(" ")}; do command -v $tool; done`], {
    cwd: "/",
  });
  const missing = tools.find((tool) => !found.stdout.includes(`/${tool}\n`));
  if (missing !== undefined) return `no ${missing}`;
  const { code } = await runToEnd(["unshare", "-rn", "ip", "link", "set", "lo", "up"], { cwd: "/" });
  return code === 0 ? undefined : "no network namespaces";
}

async function guides(): Promise<string[]> {
  const docs = await Array.fromAsync(Deno.readDir(`${root}/docs`), ({ name }) => `docs/${name}`);
  return ["README.md", ...docs.filter((name) => name.endsWith(".md")).sort()];
}

/** Runs a guide's commands in a copy of the repository, with port 10401 of a network that nobody else is in. */
async function run(blocks: readonly Block[]): Promise<string> {
  await using folder = await TemporaryFolder.make();
  const [checkout, tools] = [`${folder.path}/checkout`, `${folder.path}/tools`];
  await Deno.mkdir(checkout);
  for await (const { name, isDirectory } of Deno.readDir(root)) {
    if (kept.includes(name)) continue;
    if (isDirectory) await copyFolder(`${root}/${name}`, `${checkout}/${name}`);
    else await Deno.copyFile(`${root}/${name}`, `${checkout}/${name}`);
  }
  // Built once, it need not be built again.
  await copyFolder(`${root}/dist/dashboard`, `${checkout}/dist/dashboard`).catch(() => {});
  await makeTools(tools);
  await Deno.writeTextFile(`${folder.path}/program`, programOf(blocks));
  const inside = ["unshare", "-rn", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const line = ["timeout", "-k", "5", String(patience), ...inside, "bash", `${folder.path}/program`];
  const { code, stdout, stderr } = await runToEnd(line, {
    cwd: checkout,
    env: {
      TOOLS: tools,
      REAL_DENO: Deno.execPath(),
      REAL_CURL: (await runToEnd(["sh", "-c", "command -v curl"], { cwd: "/" })).stdout.trim(),
    },
  });
  // The end tells why; answers may be long.
  assertEquals(code, 0, `${stdout.slice(-2000)}\n${stderr.slice(-2000)}`);
  return stdout;
}

const missing = await whyNoNetwork();
for (const guide of await guides()) {
  const blocks = blocksOf(guide, await Deno.readTextFile(`${root}/${guide}`));
  for (const { line, skipped } of blocks) {
    if (skipped !== undefined) Deno.test.ignore(`${guide}:${line} is not run (${skipped})`, () => {});
  }
  const runnable = blocks.filter(({ skipped }) => skipped === undefined);
  if (runnable.length === 0) continue;
  testWith(missing, `the commands of ${guide} work as they stand there`, async () => {
    const said = await run(blocks);
    assertEquals([...said.matchAll(/^== (\d+)$/gm)].length, runnable.length);
  });
}
