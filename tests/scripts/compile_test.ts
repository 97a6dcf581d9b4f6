import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { describeCommit } from "../../scripts/compile/commit.ts";
import { compile } from "../../scripts/compile/compiler.ts";
import { replace } from "../../scripts/compile/replace.ts";
import { findRuntime } from "../../scripts/compile/runtime.ts";
import { makeStage, type Stage } from "../../scripts/compile/stage.ts";
import { tryBinary } from "../../scripts/compile/try_binary.ts";
import { outputOf, readTarget, targets } from "../../scripts/compile/targets.ts";
import { runToEnd, TemporaryFolder } from "../helpers/process.ts";

const root = `${import.meta.dirname}/../..`;
const stage: Stage = { entry: "app/entry.js", included: ["app/build.json"] };

Deno.test("a binary for another platform is named after it, with .exe on Windows", () => {
  assertEquals(outputOf("aarch64-apple-darwin"), "dist/heliograph-aarch64-apple-darwin");
  assertEquals(outputOf("x86_64-pc-windows-msvc"), "dist/heliograph-x86_64-pc-windows-msvc.exe");
  assertMatch(outputOf(undefined), /^dist\/heliograph(?:\.exe)?$/);
});

Deno.test("a target that there is none of is refused with all that there are", () => {
  for (const target of targets) assertEquals(readTarget(target), target);
  const { message } = assertThrows(() => readTarget("sparc"), TypeError);
  for (const target of targets) assertStringIncludes(message, target);
});

Deno.test("a commit is described with whether files have changed since, and as unknown outside a repository", async () => {
  await using folder = await TemporaryFolder.make();
  const cwd = folder.path;
  assertEquals(await describeCommit(cwd), "unknown");
  const git = (...args: string[]) =>
    runToEnd(["git", "-c", "user.name=a", "-c", "user.email=a@example.org", ...args], { cwd });
  await git("init", "--quiet");
  await Deno.writeTextFile(`${cwd}/file`, "1");
  await git("add", "file");
  await git("commit", "--quiet", "--message=one");
  const commit = await describeCommit(cwd);
  assertMatch(commit, /^[\da-f]{7,}$/);
  await Deno.writeTextFile(`${cwd}/file`, "2");
  assertEquals(await describeCommit(cwd), `${commit}-dirty`);
});

/** A program in a deno's place, which keeps its arguments, says something and ends so. */
async function fakeDeno(folder: string, said: string, code: number): Promise<string> {
  const path = `${folder}/deno`;
  const script = `#!/bin/sh\nprintf '%s\\n' "$@" > "${folder}/args"\necho '${said}' >&2\nexit ${code}\n`;
  await Deno.writeTextFile(path, script, { mode: 0o755 });
  return path;
}

const notOnWindows = { ignore: Deno.build.os === "windows" };

Deno.test(
  "the compiler may be given neither programs, nor libraries, nor everything",
  notOnWindows,
  async () => {
    await using folder = await TemporaryFolder.make();
    const deno = await fakeDeno(folder.path, "", 0);
    const target = "aarch64-unknown-linux-gnu";
    await compile({ deno, folder: folder.path, stage, target, output: "out" });
    const args = (await Deno.readTextFile(`${folder.path}/args`)).trimEnd().split("\n");
    assertEquals(args.filter((arg) => /^(?:-A|--allow-(?:all|run|ffi|import|sys$))/.test(arg)), []);
    for (const wanted of ["--no-prompt", `--target=${target}`, "--include=app/build.json", "--output=out"]) {
      assert(args.includes(wanted), wanted);
    }
    assertEquals(args.at(-1), stage.entry);
  },
);

const failures = [
  {
    name: "that cannot fetch its runtime",
    said: "error sending request for url (https://dl.deno.land/release/v2.9.6/denort.zip)",
    advice: "DENORT_BIN",
  },
  {
    name: "that cannot read the lock file",
    said: "error: Unsupported lockfile version",
    advice: "2.4 or later",
  },
  { name: "that fails in another way", said: "error: no space left", advice: "no space left" },
];
for (const { name, said, advice } of failures) {
  Deno.test(`a deno ${name} is explained`, notOnWindows, async () => {
    await using folder = await TemporaryFolder.make();
    const deno = await fakeDeno(folder.path, said, 1);
    const compiling = () => compile({ deno, folder: folder.path, stage, target: undefined, output: "out" });
    const { message } = await assertRejects(compiling, Error, `Cannot compile with ${deno}`);
    assertStringIncludes(message, said);
    assertStringIncludes(message, advice);
  });
}

Deno.test("a deno that is not there is explained", async () => {
  await using folder = await TemporaryFolder.make();
  const deno = `${folder.path}/none`;
  const compiling = () => compile({ deno, folder: folder.path, stage, target: undefined, output: "out" });
  await assertRejects(compiling, Error, "DENO_COMPILE should name a deno");
});

Deno.test("what is compiled has the program, its worker and the dashboard, and no package of the tests", async () => {
  await using folder = await TemporaryFolder.make();
  const { entry, included } = await makeStage(root, folder.path, { version: "1.2.3", commit: "a-commit" });
  for (const path of [entry, ...included, "app/main.js", "dist/dashboard/index.html", "deno.lock"]) {
    assert(await Deno.stat(`${folder.path}/${path}`), path);
  }
  assertEquals(JSON.parse(await Deno.readTextFile(`${folder.path}/app/build.json`)), {
    version: "1.2.3",
    commit: "a-commit",
  });
  const { imports, unstable } = JSON.parse(await Deno.readTextFile(`${folder.path}/deno.json`));
  assertMatch(imports["socket.io"], /^npm:socket\.io@\d/);
  assert(unstable.includes("kv"));
  assertEquals(Object.keys(imports).filter((name) => /react|happy-dom|playwright|fast-check/.test(name)), []);
});

/** A program that says this, and ends so. */
async function program(path: string, said: string, code = 0): Promise<string> {
  await Deno.writeTextFile(path, `#!/bin/sh\necho '${said}'\nexit ${code}\n`, { mode: 0o755 });
  return path;
}

Deno.test("DENORT_BIN is found from the folder in which it was named", notOnWindows, async () => {
  await using folder = await TemporaryFolder.make();
  const deno = await program(`${folder.path}/deno`, "deno 2.9.6 (stable)");
  await Deno.writeTextFile(`${folder.path}/denort`, `${"x".repeat(3_000_000)}Deno/2.9.6`);
  assertEquals(await findRuntime(deno, "denort", folder.path), `${folder.path}/denort`);
  assertEquals(await findRuntime(deno, undefined, folder.path), undefined);
  const message = `DENORT_BIN names ${folder.path}/none`;
  await assertRejects(() => findRuntime(deno, "./none", folder.path), Error, message);
});

Deno.test("a runtime of another version is refused before anything is compiled", notOnWindows, async () => {
  await using folder = await TemporaryFolder.make();
  const deno = await program(`${folder.path}/deno`, "deno 2.9.6 (stable)");
  // Across the border of what is read at once.
  await Deno.writeTextFile(`${folder.path}/denort`, `${"x".repeat(1024 * 1024 - 7)}Deno/2.4.2 and more`);
  const { message } = await assertRejects(() => findRuntime(deno, "denort", folder.path), Error);
  assertMatch(message, /runtime of Deno 2\.4\.2, and .* is 2\.9\.6/);
});

Deno.test(
  "the last good binary stays when a new one cannot be made, or does not run",
  notOnWindows,
  async () => {
    await using folder = await TemporaryFolder.make();
    const path = `${folder.path}/dist/heliograph`;
    const make = (said: string, code: number) => async (path: string) => void await program(path, said, code);
    await replace({ path, make: make("heliograph 1.0.0", 0), check: tryBinary });
    const broken = [
      { make: () => Promise.reject(new Error("no space left")), reason: "no space left" },
      {
        make: make("error: Could not find standalone binary section", 1),
        reason: "standalone binary section",
      },
      { make: make("", 0), reason: "it says nothing" },
    ];
    for (const { make, reason } of broken) {
      await assertRejects(() => replace({ path, make, check: tryBinary }), Error, reason);
      assertStringIncludes(await Deno.readTextFile(path), "heliograph 1.0.0");
    }
    await replace({ path, make: make("heliograph 2.0.0", 0), check: tryBinary });
    assertStringIncludes(await Deno.readTextFile(path), "heliograph 2.0.0");
    assertEquals(await Array.fromAsync(Deno.readDir(`${folder.path}/dist`), ({ name }) => name), [
      "heliograph",
    ]);
  },
);
