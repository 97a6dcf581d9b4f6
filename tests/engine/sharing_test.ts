import { assert, assertEquals } from "@std/assert";
import { InstanceName, openEngine } from "../../lib/engine/mod.ts";
import { temporaryFolder } from "./folder.ts";

const store = new URL("../../lib/engine/mod.ts", import.meta.url).href;

/** Runs a program in a process of its own; ends it with SIGKILL when it is disposed of. */
function run(code: string): { line(): Promise<string> } & AsyncDisposable {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--unstable-kv", `import { InstanceName, openEngine } from "${store}"; ${code}`],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  return {
    line: async () => (await reader.read()).value?.trim() ?? "",
    async [Symbol.asyncDispose]() {
      await reader.cancel();
      try {
        child.kill("SIGKILL");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      await child.status;
    },
  };
}

Deno.test("servers on one file have different names, and a name is free again with its holder's end", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  using first = InstanceName.claim(path);
  const second = InstanceName.claim(path);
  using third = InstanceName.claim(path);
  assertEquals([first.value, second.value, third.value], ["1", "2", "3"]);
  second[Symbol.dispose]();
  using again = InstanceName.claim(path);
  assertEquals(again.value, "2");
});

Deno.test("a process that was killed has its former name when it starts again", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  const code =
    `const name = InstanceName.claim("${path}"); console.log(name.value); setInterval(() => {}, 1000);`;
  {
    await using process = run(code);
    assertEquals(await process.line(), "1");
    using other = InstanceName.claim(path);
    assertEquals(other.value, "2");
  }
  using next = InstanceName.claim(path);
  assertEquals(next.value, "1");
});

Deno.test("a store elsewhere gives every start a name of its own", () => {
  for (const location of [":memory:", "https://kv.example.org/v2"]) {
    using first = InstanceName.claim(location);
    using second = InstanceName.claim(location);
    assert(first.value !== second.value && first.value.length === 36);
  }
});

Deno.test("processes that write to one file at once wait for each other", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  const count = 300;
  const code = `
    const store = await openEngine("${path}");
    for (let done = 0; done < ${count};) {
      await store.transact(async (transaction) => {
        transaction.set(["count"], (await transaction.get(["count"]) ?? 0) + 1);
      });
      done += 1;
    }
    store.close();
    console.log("done");`;
  await using first = run(code);
  await using second = run(code);
  assertEquals([await first.line(), await second.line()], ["done", "done"]);
  using store = await openEngine(path);
  assertEquals(await store.get(["count"]), 2 * count);
});
