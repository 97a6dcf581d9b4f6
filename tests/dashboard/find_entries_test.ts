import { assertEquals } from "@std/assert";
import { findEntries } from "../../lib/dashboard/reference/find_entries.ts";

const entries = [
  { title: "GET /admin/games · All games", text: "odds, stake and confirmation" },
  { title: "confirmation · Miners", text: "what became of a prediction" },
  { title: "the confirmation's head · schema", text: "" },
];
const titles = (wanted: string) => findEntries(entries, wanted).map(({ title }) => title.split(" ·")[0]);

Deno.test("what begins with a word comes before what names it, and that before what mentions it", () => {
  assertEquals(titles("Confirmation"), ["confirmation", "the confirmation's head", "GET /admin/games"]);
});

Deno.test("only what has every word is found, and nothing where nothing is looked for", () => {
  assertEquals(titles("games odds"), ["GET /admin/games"]);
  assertEquals(titles("games prediction"), []);
  assertEquals(titles("  "), []);
});
