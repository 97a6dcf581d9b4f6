import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { InscriptionError } from "../../lib/inscriptions/mod.ts";
import { maxFileSize, readStartRequest } from "../../lib/inscriptions/input/start_request.ts";
import { base64, request, utf8 } from "./harness.ts";

function refusal(body: unknown): InscriptionError {
  return assertThrows(() => readStartRequest(body), InscriptionError);
}

const http = (more: Record<string, unknown> = {}) => ({
  holderId: "0.0.5",
  mode: "file",
  network: "mainnet",
  onlyJSONCollection: 0,
  fileBase64: btoa("hello"),
  fileName: "hello.txt",
  fileMimeType: "text/plain",
  ...more,
});

Deno.test("both spellings of a request mean the same", () => {
  const common = {
    holderId: "0.0.5",
    mode: "hashinal-collection",
    network: "mainnet",
    creator: "Ada",
    description: "d",
    metadataObject: { a: [1, null, "x", { b: true }] },
  };
  const file = { type: "base64", base64: btoa("hello"), fileName: "hello.txt", mimeType: "text/plain" };
  const socket = readStartRequest({ ...common, file, fileStandard: 6, onlyJSONCollection: true, ttl: 60 });
  const plain = readStartRequest(http({ ...common, fileStandard: "6", onlyJSONCollection: 1 }));
  assertEquals(socket, plain);
  assertEquals(socket.job, {
    holderId: "0.0.5",
    mode: "hashinal-collection",
    network: "mainnet",
    creator: "Ada",
    description: "d",
    fileStandard: 6,
    onlyJson: true,
  });
  const url = "https://example.org/a%20b.png?x=1#here";
  const linked = readStartRequest({ ...common, file: { type: "url", url } });
  assertEquals(
    linked,
    readStartRequest(
      http({ ...common, fileBase64: undefined, fileName: undefined, fileMimeType: undefined, fileURL: url }),
    ),
  );
  assertEquals(linked.file, {
    url: new URL("https://example.org/a%20b.png?x=1"),
    name: "a b.png",
    declaredType: null,
  });
});

Deno.test("base64 comes bare or as a data: URL, whose type counts where no other is named", () => {
  const read = (base64: string, mimeType?: string) => {
    const { file } = readStartRequest(request(utf8(""), { file: { base64, mimeType } }));
    if (!("bytes" in file)) throw new Error("expected the bytes of a file");
    return [new TextDecoder().decode(file.bytes), file.declaredType];
  };
  const data = btoa("hello");
  assertEquals(read(data), ["hello", null]);
  assertEquals(read(`data:text/plain;base64,${data}`), ["hello", "text/plain"]);
  assertEquals(read(`data:text/plain;charset=utf-8;base64,${data}`), ["hello", "text/plain"]);
  assertEquals(read(`data:;base64,${data}`), ["hello", null]);
  assertEquals(read(`data:image/png;base64,${data}`, "text/css"), ["hello", "text/css"]);
});

Deno.test("base64 that is malformed is refused, and nothing else", () => {
  for (
    const base64 of [
      "a",
      "ab",
      "abc",
      "a===",
      "ab=c",
      "=abc",
      "YQ==YQ==",
      "aGk\n",
      "a b=",
      "-_-_",
      "YWJj€",
      "data:text/plain,hi",
      "data:base64,YQ==",
    ]
  ) {
    assertEquals(refusal(request(utf8(""), { file: { base64 } })).code, "invalid_request", base64);
  }
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
    const { file } = readStartRequest(request(bytes));
    assertEquals("bytes" in file && [...file.bytes], [...bytes]);
  }));
});

Deno.test("a file may have 2 MiB and not a byte more, which is seen before it is decoded", () => {
  const most = base64(new Uint8Array(maxFileSize));
  const { file } = readStartRequest(request(utf8(""), { file: { base64: most } }));
  assertEquals("bytes" in file && file.bytes.length, maxFileSize);
  const more = base64(new Uint8Array(maxFileSize + 1));
  const { code, status, message } = refusal(request(utf8(""), { file: { base64: more } }));
  assertEquals([code, status], ["too_large", 413]);
  assertStringIncludes(message, `it has ${maxFileSize + 1} bytes, at most ${maxFileSize} are taken`);
  assertEquals(refusal(request(utf8(""), { file: { base64: "!".repeat(8_000_000) } })).code, "too_large");
});

Deno.test("an empty file is refused", () => {
  for (const base64 of ["", "data:text/plain;base64,"]) {
    assertStringIncludes(refusal(request(utf8(""), { file: { base64 } })).message, "empty");
  }
});

Deno.test("what is wrong with a request is named", () => {
  const cases: [unknown, string][] = [
    [null, "expected object"],
    ["start", "expected object"],
    [[], "expected object"],
    [{ ...request(utf8("x")), file: "x" }, "file: "],
    [{ ...request(utf8("x")), file: null }, "file: "],
    [request(utf8("x"), { file: { type: "ftp" } }), "file.type"],
    [request(utf8("x"), { file: { base64: new Uint8Array(3) } }), "file.base64"],
    [request(utf8("x"), { holderId: "" }), "holderId"],
    [request(utf8("x"), { holderId: "me" }), "holderId"],
    [request(utf8("x"), { holderId: { $ne: 1 } }), "holderId"],
    [request(utf8("x"), { mode: "steal" }), "mode"],
    [request(utf8("x"), { network: "devnet" }), "network"],
    [request(utf8("x"), { fileStandard: 3 }), "fileStandard"],
    [request(utf8("x"), { onlyJSONCollection: "yes" }), "onlyJSONCollection"],
    [request(utf8("x"), { onlyJSONCollection: true }), "onlyJSONCollection goes with mode"],
    [request(utf8("x"), { creator: 7 }), "creator"],
    [request(utf8("x"), { description: "x".repeat(10_001) }), "description"],
    [request(utf8("x"), { metadataObject: "text" }), "metadataObject is not an object"],
    [request(utf8("x"), { metadataObject: [1] }), "metadataObject is not an object"],
    [request(utf8("x"), { metadataObject: { a: new Uint8Array(2) } }), "not JSON"],
    [request(utf8("x"), { metadataObject: { a: () => 1 } }), "not JSON"],
    [request(utf8("x"), { metadataObject: { a: NaN } }), "not JSON"],
    [request(utf8("x"), { metadataObject: { a: Array(30_000).fill(0) } }), "more than 20000 values"],
    [http({ fileURL: "http://a.example/" }), "either fileBase64 or fileURL"],
    [http({ fileBase64: undefined }), "either fileBase64 or fileURL"],
  ];
  for (const [body, problem] of cases) {
    const { code, message } = refusal(body);
    assertEquals(code, "invalid_request", problem);
    assertStringIncludes(message, problem);
  }
});

Deno.test("metadata is bounded in depth and in size, however deep it is", () => {
  const nested = (depth: number) => JSON.parse(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`);
  readStartRequest(request(utf8("x"), { metadataObject: nested(16) }));
  for (const depth of [17, 1000, 200_000]) {
    assertStringIncludes(refusal(request(utf8("x"), { metadataObject: nested(depth) })).message, "nested");
  }
  const large = { text: "é".repeat(140_000) };
  assertEquals(refusal(request(utf8("x"), { metadataObject: large })).code, "too_large");
  const hostile = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}');
  readStartRequest(request(utf8("x"), { metadataObject: hostile }));
  assertEquals(Reflect.get({}, "polluted"), undefined);
});

Deno.test("a file's name keeps nothing of a path, and nothing that deceives", () => {
  const cases = [
    ["../../etc/passwd", "passwd"],
    ["C:\\Users\\me\\cat.png", "cat.png"],
    ["a\u0000b\nc\u202Egnp.exe", "abcgnp.exe"],
    ['"><svg onload=x>.png', "svg onload=x.png"],
    ["...", null],
    ["/", null],
    ["", null],
    [".hidden", "hidden"],
    [`${"n".repeat(500)}.jpeg`, `${"n".repeat(115)}.jpeg`],
    ["e\u0301t\u00e9.txt", "été.txt"],
  ] as const;
  for (const [fileName, expected] of cases) {
    const { file } = readStartRequest(request(utf8("x"), { file: { fileName } }));
    assertEquals(file.name || null, expected, fileName);
  }
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (fileName) => {
    const { name } = readStartRequest(request(utf8("x"), { file: { fileName } })).file;
    assert(!name || !/[/\\\p{Cc}]/u.test(name) && !name.startsWith(".") && [...name].length <= 120);
  }));
});

Deno.test("a URL that nobody may fetch is refused before anything is fetched", () => {
  for (
    const url of [
      "",
      "nonsense",
      "ftp://a.example/x",
      "file:///etc/passwd",
      "javascript:1",
      "data:text/plain,x",
      "http://me@a.example/",
      "https://me:secret@a.example/",
      "http://",
    ]
  ) {
    const { code, message } = refusal(request(utf8(""), { file: { type: "url", url } }));
    assertEquals(code, "url_refused", url);
    assert(!message.includes("secret"));
    assertEquals(refusal(request(utf8("x"), { jsonFileURL: url })).code, "url_refused");
  }
});

Deno.test("nothing that a client sends makes reading throw anything but a refusal", () => {
  const keys = [
    "file",
    "type",
    "base64",
    "url",
    "fileName",
    "mimeType",
    "holderId",
    "mode",
    "metadataObject",
  ];
  const value = fc.anything({ key: fc.constantFrom(...keys), withNullPrototype: true, withDate: true });
  fc.assert(fc.property(value, (body) => {
    try {
      readStartRequest(body);
    } catch (error) {
      assert(error instanceof InscriptionError, String(error));
    }
  }));
});
