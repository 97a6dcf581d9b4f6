import { assert, assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);
const text = await Deno.readTextFile(new URL("docs/architecture.md", root));
const hop = /^\|\s*(\d+) \| `([^`]+)`\s*\| `(?:(\w+)\.)?(#?\w+)`/gm;

Deno.test("the files that docs/architecture.md names are there", async () => {
  const paths = new Set(text.match(/(?:lib|routes|scripts|tests)\/[\w/]+(?:\.ts)?|main\.ts/g));
  assert(paths.size > 40);
  for (const path of paths) await Deno.stat(new URL(path, root));
});

Deno.test("each hop of docs/architecture.md is a method of the class in that file", async () => {
  const rows = text.match(/^\|\s*\d+ \|/gm)?.length;
  const hops = [...text.matchAll(hop)];
  assertEquals(hops.length, rows);
  for (const [, number, path = "", owner, name] of hops) {
    const source = await Deno.readTextFile(new URL(path, root));
    const declared = owner === undefined
      ? new RegExp(`^export (?:const|function) ${name}\\b`, "m")
      : new RegExp(`^export class ${owner}\\b[^]*^  (?:async )?\\*?${name}(?:<[^>]*>)?\\(`, "m");
    assert(declared.test(source), `hop ${number}: ${path} has no ${owner ?? ""} ${name}`);
  }
});

Deno.test("each way of docs/architecture.md has as many hops as it says", () => {
  const sections = text.split("\n## ").filter((section) => section.startsWith("The way of"));
  assertEquals(sections.length, 5);
  for (const section of sections) {
    const [, said] = /(\d+) hops/.exec(section) ?? [];
    const numbers = [...section.matchAll(/^\|\s*(\d+) \|/gm)].map(([, number]) => Number(number));
    assertEquals(numbers, Array.from({ length: Number(said) }, (_, index) => index + 1));
  }
});

Deno.test("the README says where each folder of lib is, and names none that is not there", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", root));
  const named = [...readme.matchAll(/lib\/(\w+)\/ /g)].map(([, name]) => name);
  const there = Array.fromAsync(Deno.readDir(new URL("lib", root)), ({ name }) => name);
  assertEquals(named.toSorted(), (await there).toSorted());
});
