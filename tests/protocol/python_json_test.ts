import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseExact, renderSigned } from "../../lib/protocol/signed_text.ts";
import { jsonSoup, jsonText, spoiltText } from "../helpers/json_texts.ts";
import { PythonJson } from "../helpers/python_json.ts";

const ignore = !await PythonJson.available();

function render(text: string): string {
  try {
    return renderSigned(parseExact(text));
  } catch {
    return "refused";
  }
}

function testAgainstPython(name: string, texts: fc.Arbitrary<string>): void {
  Deno.test({
    name,
    ignore,
    async fn() {
      await using python = new PythonJson();
      const agree = async (text: string) => assertEquals(render(text), await python.render(text));
      await fc.assert(fc.asyncProperty(texts, agree), { numRuns: 1000 });
    },
  });
}

testAgainstPython("renderSigned() renders any JSON text as Python does", jsonText);
testAgainstPython("parseExact() refuses a spoilt text exactly where Python does", spoiltText);
testAgainstPython("parseExact() refuses what is no JSON exactly where Python does", jsonSoup);
