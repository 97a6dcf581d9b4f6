import { assertEquals } from "@std/assert";
import { runToEnd } from "../helpers/process.ts";
import { root } from "./project.ts";

Deno.test("deno publish would take the package, without tests and what else nobody imports", async () => {
  const line = [Deno.execPath(), "publish", "--dry-run", "--allow-dirty", "--no-check"];
  const { code, stderr } = await runToEnd(line, { cwd: root });
  assertEquals(code, 0, stderr);
  const files = [...stderr.matchAll(/file:\/\/\S+?\/([^/\s]+)\/\S* \(/g)].length;
  const places = stderr.split("\n").flatMap((line) => /^ +file:\/\/(\S+) \(/.exec(line)?.[1] ?? [])
    .map((path) => path.slice(root.length + 1).split("/")[0]);
  assertEquals([files > 0, [...new Set(places)].sort()], [true, [
    "LICENSE",
    "README.md",
    "deno.json",
    "lib",
  ]]);
});
