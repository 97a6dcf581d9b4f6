import { assertEquals, assertRejects } from "@std/assert";
import { detectType } from "../../lib/inscriptions/input/detect_type.ts";
import { InscriptionError } from "../../lib/inscriptions/mod.ts";
import { mimeTypes } from "../../lib/inscriptions/input/mime_types.ts";
import { utf8 } from "./harness.ts";

const png = Uint8Array.fromHex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489");
const gif = utf8("GIF89a\u0001\u0000\u0001\u0000");
const zip = Uint8Array.fromHex("504b03040a00000000000000210000000000000000000000000001000000610a");
const exe = new Uint8Array([0x4d, 0x5a, ...new Array(80).fill(0x90)]);
const svg = utf8('<svg xmlns="http://www.w3.org/2000/svg"/>');
const xmlSvg = utf8('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>');

Deno.test("what the bytes say wins over what is declared", async () => {
  const cases: [Uint8Array, string | null, string | null, string][] = [
    [png, "image/png", null, "image/png"],
    [png, "text/html", "page.html", "image/png"],
    [png, null, null, "image/png"],
    [png, "application/octet-stream", "cat.txt", "image/png"],
    [gif, "image/png", "x.png", "image/gif"],
    [
      zip,
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
      null,
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ],
    [zip, "image/png", null, "application/zip"],
    [exe, "application/octet-stream", "setup.exe", "application/octet-stream"],
    [exe, null, null, "application/octet-stream"],
    [svg, "image/svg+xml", null, "image/svg+xml"],
    [xmlSvg, "image/svg+xml", null, "image/svg+xml"],
  ];
  for (const [head, declared, name, expected] of cases) {
    assertEquals(await detectType(head, { declared, name }), expected, `${declared} ${name}`);
  }
});

Deno.test("where the bytes say nothing, text is believed, and what ought to be recognised is not", async () => {
  const text = utf8("plain words, ünïcode");
  const cases: [Uint8Array, string | null, string | null, string][] = [
    [text, "text/plain", null, "text/plain"],
    [text, "TEXT/CSS; charset=utf-8", null, "text/css"],
    [text, "application/octet-stream", "notes.md", "text/markdown"],
    [text, null, "data.csv", "text/csv"],
    [text, null, "data", "application/octet-stream"],
    [text, null, null, "application/octet-stream"],
    [text, "text/javascript", null, "application/javascript"],
    [text, "image/png", "x.png", "application/octet-stream"],
    [text, "image/vnd.microsoft.icon", null, "application/octet-stream"],
    [new Uint8Array([0x68, 0, 0x69]), "text/plain", null, "application/octet-stream"],
    [new Uint8Array([0xc3, 0x28]), "text/html", null, "application/octet-stream"],
    [utf8("solid x"), "model/stl", null, "model/stl"],
  ];
  for (const [head, declared, name, expected] of cases) {
    assertEquals(await detectType(head, { declared, name }), expected, `${declared} ${name}`);
  }
});

Deno.test("a type that is not supported is refused, declared or found", async () => {
  const cases: [Uint8Array, string][] = [
    [utf8("x"), "application/x-evil"],
    [utf8("x"), "text"],
    [utf8("x"), "__proto__"],
    [exe, "image/png"],
  ];
  for (const [head, declared] of cases) {
    const error = await assertRejects(() => detectType(head, { declared, name: null }), InscriptionError);
    assertEquals([error.code, error.status], ["unsupported_type", 415]);
  }
});

Deno.test("no declared type makes anything but a type that is known of any bytes", async () => {
  for (const declared of mimeTypes) {
    const found = await detectType(new Uint8Array(500).fill(0xc1), { declared, name: null });
    assertEquals(mimeTypes.includes(found), true, declared);
  }
});
