import { assertEquals, assertRejects } from "@std/assert";
import type { StreamEntry } from "../../lib/protocol/mod.ts";
import { type ChainNode, NodeError } from "../../lib/streams/mod.ts";
import { plainStream } from "../../lib/streams/definitions.ts";

const blocks: StreamEntry<{ readonly height: number }> = {
  period: 3000,
  data: { type: "object", properties: { height: { type: "integer" } }, required: ["height"] },
  example: { height: 7 },
  method: "chain.height",
};

function nodeThatAnswers(answer: unknown): ChainNode & { readonly asked: string[] } {
  const asked: string[] = [];
  const call = (method: string) => {
    asked.push(method);
    return Promise.resolve(answer);
  };
  return { simulated: false, asked, call, close() {} };
}

Deno.test("a stream that names a method carries what the node answers to it", async () => {
  const node = nodeThatAnswers({ height: 812, hash: "0xab" });
  const { name, period, open } = plainStream("blocks", blocks);
  assertEquals([name, period], ["blocks", 3000]);
  const source = open(node);
  assertEquals(await source.poll(), [{ height: 812, hash: "0xab" }]);
  assertEquals([source.current(), node.asked], [{ height: 812, hash: "0xab" }, ["chain.height"]]);
});

Deno.test("what does not have the fields of its stream is not carried", async () => {
  const source = plainStream("blocks", blocks).open(nodeThatAnswers({ height: "812" }));
  await assertRejects(() => source.poll(), NodeError, "the node answered nonsense to chain.height");
});
