import { assert, assertEquals, assertRejects } from "@std/assert";
import { InscriptionError } from "../../lib/inscriptions/mod.ts";
import { checkCollectionZip } from "../../lib/inscriptions/input/collection_zip.ts";
import { type Packed, zip } from "../helpers/zip.ts";

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const item = (name: string, more: Partial<Packed> = {}): Packed => ({ name, bytes: json({ name }), ...more });

async function refusal(files: readonly Packed[] | Uint8Array): Promise<[string, string]> {
  const archive = files instanceof Uint8Array ? files : await zip(files);
  const { code, message } = await assertRejects(() => checkCollectionZip(archive), InscriptionError);
  return [code, message];
}

Deno.test("an archive of JSON objects is a collection, packed or not, with what archivers add", async () => {
  await checkCollectionZip(await zip([item("1.json"), item("2.JSON", { isDeflated: false })]));
  const added = ["items/", "__MACOSX/._1.json", "items/.DS_Store"].map((name) => ({
    name,
    bytes: new Uint8Array(3),
  }));
  await checkCollectionZip(await zip([...added, item("items/1.json")]));
});

Deno.test("an archive with anything else is none", async () => {
  for (
    const [files, text] of [
      [[], "no JSON"],
      [[item("1.json"), item("a.png")], "holds a.png"],
      [[item("1.json", { bytes: json([1]) })], "not an object"],
      [[item("1.json", { bytes: new TextEncoder().encode("{") })], "not JSON"],
      [[item("1.json", { flags: 1 })], "encrypted"],
    ] as [Packed[], string][]
  ) {
    const [, message] = await refusal(files);
    assert(message.includes(text), message);
  }
});

Deno.test("what would be too much to unpack is refused before it is unpacked", async () => {
  const zeros = new Uint8Array(8 * 1024 * 1024);
  const started = await refusal([item("1.json", { bytes: zeros })]);
  assertEquals(started[0], "too_large");
  const many = Array.from({ length: 501 }, (_, index) => item(`${index}.json`));
  assertEquals((await refusal(many))[0], "too_large");
  const large = Array.from(
    { length: 20 },
    (_, index) => item(`${index}.json`, { bytes: new Uint8Array(250_000) }),
  );
  assertEquals((await refusal(large))[0], "too_large");
  const shared = item("1.json", { bytes: zeros.slice(0, 100_000), isDeflated: false, size: 10 });
  assertEquals((await refusal([shared]))[0], "unsupported_type");
  // It says that it is small, and is not.
  const [, message] = await refusal([item("1.json", { bytes: zeros, size: 20_000 })]);
  assert(message.includes("larger than the archive says"), message);
});

Deno.test("an archive that is cut or changed anywhere is refused, or is still a collection", async () => {
  const archive = await zip([item("1.json"), item("2.json")]);
  for (let at = 0; at < archive.length; at++) {
    for (const damaged of [archive.slice(0, at), archive.with(at, 0xff), archive.with(at, 0)]) {
      await checkCollectionZip(damaged).catch((error) =>
        assert(error instanceof InscriptionError, String(error))
      );
    }
  }
  assertEquals((await refusal(new Uint8Array(0)))[0], "unsupported_type");
  assertEquals(
    (await refusal(new TextEncoder().encode("PK\x03\x04 and nothing more")))[0],
    "unsupported_type",
  );
});
