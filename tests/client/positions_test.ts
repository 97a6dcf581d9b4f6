import { assertEquals } from "@std/assert";
import { Positions } from "../../lib/client/positions.ts";

function at(epoch: string, offset: number): Positions {
  const positions = new Positions();
  positions.set("games", { epoch, offset });
  return positions;
}

Deno.test("Positions.step() tells the next publication from one seen before and from one beyond a gap", () => {
  const positions = at("a", 5);
  assertEquals(positions.step("games", { epoch: "a", offset: 6 }), "next");
  assertEquals(positions.step("games", { epoch: "a", offset: 5 }), "seen");
  assertEquals(positions.step("games", { epoch: "a", offset: 1 }), "seen");
  assertEquals(positions.step("games", { epoch: "a", offset: 7 }), "gap");
  assertEquals(positions.step("games", { epoch: "b", offset: 6 }), "gap");
});

Deno.test("Positions.step() takes anything as next in a channel without a position", () => {
  assertEquals(new Positions().step("games", { epoch: "a", offset: 41 }), "next");
});

Deno.test("Positions.advance() never moves back within an epoch, but into another one", () => {
  const positions = at("a", 5);
  positions.advance("games", { epoch: "a", offset: 3 });
  assertEquals(positions.get("games"), { epoch: "a", offset: 5 });
  positions.advance("games", { epoch: "b", offset: 1 });
  assertEquals(positions.get("games"), { epoch: "b", offset: 1 });
});

Deno.test("Positions.recover() asks for all games where none are known", () => {
  assertEquals(new Positions().recover(), { games: { epoch: "", offset: 0 }, confirmations: undefined });
});

Deno.test("Positions.recover() names every known position", () => {
  const positions = at("a", 5);
  positions.set("confirmations", { epoch: "a", offset: 2 });
  const expected = { games: { epoch: "a", offset: 5 }, confirmations: { epoch: "a", offset: 2 } };
  assertEquals(positions.recover(), expected);
});
