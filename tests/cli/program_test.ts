import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Commands } from "../../lib/cli/command.ts";
import { runProgram } from "../../lib/cli/program.ts";
import { helpText } from "../../lib/cli/help.ts";
import { usage as serveUsage } from "../../lib/cli/serve.ts";
import { describeSettings } from "../../lib/config/mod.ts";
import { MemoryStdio } from "../helpers/memory_stdio.ts";

/** Runs a program with the commands `serve` and `keys`, which do nothing but tell what they were given. */
async function heliograph(...args: string[]) {
  const stdio = new MemoryStdio();
  const called: string[][] = [];
  const command = (name: string) => ({
    summary: `the summary of ${name}`,
    load: () =>
      Promise.resolve({
        usage: { name, about: "Does it.", options: {} },
        run: (given: string[]) => {
          called.push([name, ...given]);
          return Promise.resolve(7);
        },
      }),
  });
  const commands: Commands = { serve: command("serve"), keys: command("keys") };
  const createApp = () => () => new Response();
  const code = await runProgram(args, { commands, createApp, stdio });
  return { code, called, printed: stdio.printed, complained: stdio.complained };
}

Deno.test("a command gets what follows its name, and its exit code is the program's", async () => {
  const { code, called } = await heliograph("keys", "new", "--out=FILE", "--help");
  assertEquals({ code, called }, { code: 7, called: [["keys", "new", "--out=FILE", "--help"]] });
});

Deno.test("a program whose output nobody reads any more ends quietly, as one that SIGPIPE ended", async () => {
  const stdio = new MemoryStdio();
  stdio.print = () => Promise.reject(new Deno.errors.BrokenPipe());
  const load = () => import("../../lib/cli/keys.ts");
  const run = (args: string[]) =>
    runProgram(args, {
      commands: { keys: { summary: "", load } },
      createApp: () => () => new Response(),
      stdio,
    });
  assertEquals([await run(["--help"]), await run(["keys", "--help"]), stdio.complained], [141, 141, ""]);
});

Deno.test("without a command the gateway is started, with all flags", async () => {
  assertEquals((await heliograph()).called, [["serve"]]);
  assertEquals((await heliograph("--port=0", "--host=::1")).called, [["serve", "--port=0", "--host=::1"]]);
});

for (const flag of ["--version", "-V"]) {
  Deno.test(`${flag} says version, origin, runtime and platform`, async () => {
    const { code, printed, called } = await heliograph(flag);
    assertEquals({ code, called }, { code: 0, called: [] });
    assertMatch(printed, /^heliograph \d+\.\d+\.\d+ \(from source, Deno \d+\.\d+\.\d+, \w+-[\w-]+\)\n$/);
  });
}

for (const flag of ["--help", "-h", "help"]) {
  Deno.test(`${flag} lists every command with its summary`, async () => {
    const { code, printed } = await heliograph(flag);
    assertEquals(code, 0);
    assertStringIncludes(printed, "  serve  the summary of serve\n  keys   the summary of keys\n");
  });
}

for (const args of [["keys", "--help"], ["keys", "-h"], ["help", "keys"]]) {
  Deno.test(`${args.join(" ")} prints the help of that command alone`, async () => {
    const { code, printed, called } = await heliograph(...args);
    assertEquals({ code, printed, called }, {
      code: 0,
      printed: "Usage: heliograph keys\n\nDoes it.\n",
      called: [],
    });
  });
}

for (const args of [["kesy"], ["help", "kesy"]]) {
  Deno.test(`${args.join(" ")} is refused with the nearest command`, async () => {
    const { code, complained, printed } = await heliograph(...args);
    assertEquals({ code, printed }, { code: 2, printed: "" });
    assert(complained.startsWith('Unknown command "kesy": did you mean keys?\n'), complained);
  });
}

Deno.test("a name that comes near to none, or is an object's own, is refused without a guess", async () => {
  for (const name of ["unlike-any", "toString", "__proto__"]) {
    const { code, complained } = await heliograph(name);
    assertEquals(code, 2);
    assert(complained.startsWith(`Unknown command "${name}"\n`), complained);
  }
});

Deno.test("the help of serve has every setting, secrets as variables alone", () => {
  const help = helpText(serveUsage);
  const words = help.replaceAll(/\s+/g, " ");
  for (const { flag, variable, doc } of describeSettings()) {
    assertStringIncludes(help, `  ${flag ?? `variable ${variable}`}`);
    assertStringIncludes(words, doc);
  }
  assertEquals(help.includes("--admin_token"), false);
});
