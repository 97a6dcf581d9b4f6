import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { doctor } from "./examine.ts";
import { type FindingId, type FindingKind, findings } from "../../lib/doctor/findings.ts";

const folder = `${import.meta.dirname}/../../lib/doctor`;

async function sources(path: string): Promise<string> {
  let text = "";
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    if (isDirectory && name !== "findings") text += await sources(`${path}/${name}`);
    else if (!isDirectory && name !== "findings.ts") text += await Deno.readTextFile(`${path}/${name}`);
  }
  return text;
}

Deno.test("every finding has an id in words, and says what it is, why, and what mends it", () => {
  for (
    const [id, { title, cause, fix, example = "" }] of Object.entries(findings) as [FindingId, FindingKind][]
  ) {
    assertMatch(id, /^[a-z]+(?:-[a-z0-9]+)+$/);
    assertMatch(title, /^[^.].*[^.]$/);
    assertEquals(example.split("\n").filter((line) => line.length > 85), []);
    for (const text of [cause, fix]) assertMatch(text, /^[A-Z0-9].*[.]$/);
  }
});

Deno.test("doctor --findings prints all that can be found, for people and for programs", async () => {
  const { code, printed } = await doctor(["--findings"]);
  assertEquals(code, 0);
  assertStringIncludes(
    printed,
    "## `tls-expired` (error): The certificate has expired\n\nThe certificate was not",
  );
  const listed: { id: string }[] = JSON.parse((await doctor(["--findings", "--json"])).printed);
  assertEquals(listed.map(({ id }) => id), Object.keys(findings));
});

Deno.test("every finding can be found", async () => {
  const text = await sources(folder);
  const unused = Object.keys(findings).filter((id) => !text.includes(`"${id}"`));
  assertEquals(unused, []);
  assert(Object.keys(findings).length > 60);
});
