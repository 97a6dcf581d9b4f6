import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { LiveView, PlainView } from "../../lib/cli/inscribe/view.ts";
import { runInscribe } from "../../lib/cli/inscribe.ts";
import type { JobProgress, JobTransportName } from "../../lib/client/mod.ts";
import { systemClock } from "../../lib/protocol/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { startGateway, type TestGateway } from "../helpers/gateway.ts";
import { MemoryStdio } from "../helpers/memory_stdio.ts";
import { TemporaryFolder } from "../helpers/process.ts";
import { untilThere } from "../helpers/until.ts";

const paymentDelay = 5000;

/** What a call of the command came to. */
interface Called {
  readonly code: number;
  readonly printed: string;
  readonly complained: string;
  readonly shown: string;
}

/** A gateway with an API key, a folder for files, and the command. */
class Desk implements AsyncDisposable {
  readonly stop = new AbortController();
  /** What is shown while the command waits. */
  shown = "";
  columns: (() => number) | undefined;

  private constructor(
    readonly folder: TemporaryFolder,
    readonly server: TestGateway,
    readonly apiKey: string,
  ) {}

  static async open(clock?: FakeClock): Promise<Desk> {
    const folder = await TemporaryFolder.make();
    const server = await startGateway(
      clock === undefined ? {} : { "inscriptions.payment_delay": paymentDelay / 1000 },
      clock,
    );
    // With a clock that stands still jobs wait: the word of their payment is not heard.
    if (clock !== undefined) server.gateway.inscriptions.executed = () => new Promise(() => {});
    const { key } = await server.admin("POST", "/admin/api-keys", { name: "test" });
    return new Desk(folder, server, String(key));
  }

  /** The same for another call, whose signal is still to be given. */
  again(): Desk {
    return new Desk(this.folder, this.server, this.apiKey);
  }

  async write(name: string, content: string | Uint8Array): Promise<string> {
    const path = `${this.folder.path}/${name}`;
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    return path;
  }

  async call(
    args: readonly string[],
    { input = "", env = { HELIOGRAPH_API_KEY: this.apiKey } }: {
      input?: string;
      env?: Record<string, string>;
    } = {},
  ): Promise<Called> {
    const stdio = new MemoryStdio(input);
    this.shown = "";
    const code = await runInscribe([`--url=${this.server.url}`, ...args], {
      env,
      stdio,
      write: (text) => void (this.shown += text),
      columns: this.columns,
      signal: this.stop.signal,
      clock: systemClock,
    });
    const { printed, complained } = stdio;
    return { code, printed, complained, shown: this.shown };
  }

  /** Waits until something was shown. */
  async showing(wanted: RegExp): Promise<string> {
    const found = await untilThere(() => wanted.exec(this.shown) ?? undefined, String(wanted));
    return found[1] ?? found[0];
  }

  async content(topicId: string): Promise<Response> {
    return await fetch(`${this.server.url}/inscriptions/content/${topicId}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
    await this.folder[Symbol.asyncDispose]();
  }
}

const topicOf = ({ printed }: Called) => /^ {2}topic +(\S+)$/m.exec(printed)?.[1] ?? "";

Deno.test("a file is inscribed, with a line for each step, and how to read it back", async () => {
  await using desk = await Desk.open();
  const path = await desk.write("notes.md", "# Notes\n");
  const called = await desk.call([path]);
  assertEquals([called.code, called.complained], [0, ""]);
  const lines = called.printed.trimEnd().split("\n");
  assertEquals(lines[0], "Inscribed notes.md");
  assertEquals(lines.slice(1).map((line) => line.trim().split(/ +/)[0]), [
    "topic",
    "transaction",
    "job",
    "number",
    "content",
  ]);
  const [, url = ""] = /^ {2}content +(\S+)$/m.exec(called.printed) ?? [];
  const response = await fetch(url);
  assertEquals(response.headers.get("content-type")?.split(";")[0], "text/markdown");
  assertEquals(await response.text(), "# Notes\n");
  const shown = called.shown.split("\n");
  assertEquals(shown[0], "notes.md: sending 1 KiB");
  assertMatch(shown[1] ?? "", /^job [0-9a-f-]{36}, transaction 0\.0\.1001@\d+\.\d+$/);
  assertEquals(shown.at(-2), "100 %  done");
  assertEquals(called.shown.includes("\x1b"), false);
});

for (const connection of ["auto", "websocket", "http"]) {
  Deno.test(`standard input is inscribed over ${connection}, and the result printed as JSON alone`, async () => {
    await using desk = await Desk.open();
    const called = await desk.call(["-", `--connection=${connection}`, "--json"], { input: "from a pipe" });
    assertEquals([called.code, called.shown, called.complained], [0, "", ""]);
    const { topicId, content, jobId } = JSON.parse(called.printed);
    assertEquals(content, `${desk.server.url}/inscriptions/content/${topicId}`);
    assertMatch(jobId, /^[0-9a-f-]{36}$/);
    const response = await desk.content(topicId);
    assertEquals(response.headers.get("content-type")?.split(";")[0], "text/plain");
    assertEquals(await response.text(), "from a pipe");
  });
}

Deno.test("the type comes from the content, the name's extension, or --type", async () => {
  await using desk = await Desk.open();
  const png = Uint8Array.of(
    137,
    80,
    78,
    71,
    13,
    10,
    26,
    10,
    0,
    0,
    0,
    13,
    73,
    72,
    68,
    82,
    0,
    0,
    0,
    1,
    0,
    0,
    0,
    1,
  );
  const cases = [
    [await desk.write("a.txt", png), [], "image/png"],
    [await desk.write("noted", "plain"), [], "text/plain"],
    [await desk.write("noise", Uint8Array.of(0, 1, 2, 255)), [], "application/octet-stream"],
    [await desk.write("table", "a,b\n"), ["--name=table.csv"], "text/csv"],
    [await desk.write("page", "# x"), ["--type=text/markdown"], "text/markdown"],
  ] as const;
  for (const [path, flags, type] of cases) {
    const called = await desk.call([path, ...flags]);
    const response = await desk.content(topicOf(called));
    assertEquals(response.headers.get("content-type")?.split(";")[0], type, called.complained);
    await response.body?.cancel();
  }
});

Deno.test("a hashinal takes its metadata from a file", async () => {
  await using desk = await Desk.open();
  const path = await desk.write("art.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
  const metadata = await desk.write("art.json", '{"name": "Art", "creator": "me"}');
  const called = await desk.call([path, "--mode=hashinal", `--metadata=${metadata}`]);
  const [, topic = ""] = /^ {2}metadata +(\S+)$/m.exec(called.printed) ?? [];
  const { name, creator, image } = await (await desk.content(topic)).json();
  assertEquals([name, creator, image], ["Art", "me", `hcs://1/${topicOf(called)}`]);
});

Deno.test("an interruption says that the job goes on and how to follow it, which then shows its end", async () => {
  const clock = new FakeClock();
  await using desk = await Desk.open(clock);
  const path = await desk.write("notes.md", "# Notes\n");
  const interrupted = desk.call([path]);
  const jobId = await desk.showing(/^job ([0-9a-f-]+)/m);
  desk.stop.abort();
  const { code, complained, printed } = await interrupted;
  assertEquals([code, printed], [130, ""]);
  assertEquals(
    complained,
    `Interrupted; the job goes on. To wait for it again, or to end it:\n` +
      `  deno task heliograph inscribe --follow=${jobId} --url=${desk.server.url}\n` +
      `  deno task heliograph inscribe --cancel=${jobId} --url=${desk.server.url}\n`,
  );
  const again = desk.again();
  const following = again.call([`--follow=${jobId}`]);
  await again.showing(/waiting for the payment/);
  await clock.advance(paymentDelay);
  const followed = await following;
  assertEquals(followed.code, 0, followed.complained);
  assertStringIncludes(followed.printed, `Inscribed job ${jobId}\n`);
});

Deno.test("a job is cancelled, which ends whoever waits for it with exit code 1", async () => {
  const clock = new FakeClock();
  await using desk = await Desk.open(clock);
  const waiting = desk.call([await desk.write("notes.md", "# Notes\n")]);
  const jobId = await desk.showing(/^job ([0-9a-f-]+)/m);
  const cancelled = await desk.again().call([`--cancel=${jobId}`]);
  assertEquals([cancelled.code, cancelled.printed], [0, `Job ${jobId} has ended: Cancelled\n`]);
  const { code, complained } = await waiting;
  assertEquals([code, complained], [1, "Cancelled\n"]);
});

Deno.test("a completed job is not cancelled, and one of another key is not there", async () => {
  await using desk = await Desk.open();
  const called = await desk.call([await desk.write("notes.md", "# Notes\n"), "--json"]);
  const { jobId, topicId } = JSON.parse(called.printed);
  const cancelled = await desk.call([`--cancel=${jobId}`]);
  assertEquals([cancelled.code, cancelled.printed], [
    1,
    `Job ${jobId} had completed already: topic ${topicId}\n`,
  ]);
  const { key } = await desk.server.admin("POST", "/admin/api-keys", { name: "other" });
  const env = { HELIOGRAPH_API_KEY: String(key) };
  for (const flag of ["--cancel", "--follow"]) {
    const { code, printed, complained } = await desk.call([`${flag}=${jobId}`], { env });
    assertEquals([code, printed], [1, ""]);
    assertStringIncludes(complained, jobId);
  }
});

Deno.test("what is wrong with a call is said in one line, with exit code 2 and no secret", async (test) => {
  await using desk = await Desk.open();
  const file = await desk.write("notes.md", "# Notes\n");
  const large = await desk.write("large.bin", new Uint8Array(2 * 1024 * 1024 + 1));
  const list = await desk.write("list.json", "[]");
  const cases: [name: string, args: string[], says: string, env?: Record<string, string>][] = [
    ["nothing to do", [], "Expected a FILE"],
    ["two things to do", [file, "--follow=x"], "Expected a FILE"],
    ["two files", [file, file], "Unexpected argument"],
    ["an unknown flag", [file, "--hodler=1"], "Unknown flag --hodler: did you mean --holder?"],
    ["an unknown mode", [file, "--mode=nft"], 'flag --mode is "nft", expected file, upload'],
    ["no key", [file], "set HELIOGRAPH_API_KEY", {}],
    ["two keys", [file, "--api_key=topsecret", "--api_key_file=x"], "both given"],
    [
      "a missing key file",
      [file, "--api_key_file=/no/such/file"],
      "Cannot read the API key in /no/such/file",
    ],
    ["a key that cannot be one", [file, "--api_key=top secret"], "Cannot use the API key"],
    ["a wrong key", [file, "--api_key=topsecret"], `Invalid API key: ${desk.server.url} does not know it`],
    ["a missing file", ["/no/such/file"], "Cannot read /no/such/file: "],
    ["a folder", [desk.folder.path], `Cannot read ${desk.folder.path}: `],
    ["an empty file", [await desk.write("empty", "")], "it is empty"],
    ["a large file", [large], "it has more than 2 MiB, put it where the gateway can fetch it"],
    ["metadata that is no object", [file, `--metadata=${list}`], "expected a JSON object"],
    ["metadata that is no JSON", [file, `--metadata=${file}`], "it is not JSON"],
  ];
  for (const [name, args, says, env] of cases) {
    await test.step(name, async () => {
      const { code, printed, complained } = await desk.call(args, env && { env });
      assertStringIncludes(complained, says);
      assertEquals(complained.trimEnd().split("\n").length, 1);
      assertEquals([code, printed, /top ?secret/.test(complained)], [2, "", false]);
    });
  }
});

Deno.test("what a gateway refuses ends with its reason and exit code 1", async () => {
  await using desk = await Desk.open();
  const file = await desk.write("notes.md", "# Notes\n");
  const refused = [
    [[file, "--holder=me"], "holderId"],
    [[file, "--type=application/x-nothing"], "application/x-nothing is not supported"],
    [["http://127.0.0.1:1/a.png"], "the URL is refused"],
  ] as const;
  for (const [args, says] of refused) {
    const { code, printed, complained } = await desk.call(args);
    assertEquals([code, printed], [1, ""]);
    assertStringIncludes(complained, says);
  }
});

Deno.test("a gateway that cannot be reached ends the call with exit code 2", async () => {
  await using desk = await Desk.open();
  const file = await desk.write("notes.md", "# Notes\n");
  using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  const stdio = new MemoryStdio();
  const clock = new FakeClock();
  const call = runInscribe([file, `--url=http://127.0.0.1:${port}`], {
    env: { HELIOGRAPH_API_KEY: "k" },
    stdio,
    write: () => {},
    columns: undefined,
    signal: new AbortController().signal,
    clock,
  });
  for (let isOver = false; !isOver;) {
    isOver = await Promise.race([call.then(() => true), clock.advance(50).then(() => false)]);
  }
  assertEquals(await call, 2);
  assertMatch(
    stdio.complained,
    /^Cannot reach http:\/\/127\.0\.0\.1:\d+: .*; is the gateway running, and is --url right\?\n$/,
  );
});

const progress: JobProgress = {
  jobId: "job-1",
  status: "processing",
  progress: 0,
  topicId: undefined,
  messages: 0,
  maxMessages: 1000,
};

const hints = (jobId: string) => `  inscribe --follow=${jobId}\n`;

/** A view of one terminal line, and the pictures that it draws. */
function drawing(columns: number, transport: () => JobTransportName | undefined = () => "websocket") {
  const clock = new FakeClock();
  const pictures: string[] = [];
  const write = (text: string) => void pictures.push(text);
  const view = new LiveView(
    { name: "a-file-with-a-long-name.png", preparation: "sending", transport, write, hints },
    clock,
    () => columns,
  );
  const last = () => stripAnsiCode(pictures.at(-1) ?? "").replace("\r", "");
  return { clock, view, pictures, last };
}

Deno.test("on a terminal one line is rewritten, with percentage, messages, time left and rate", async () => {
  const { clock, view, pictures, last } = drawing(120);
  await clock.advance(1000);
  assertMatch(last(), /^\S a-file-with-a-long-name\.png {2}sending {2}1 s$/);
  view.progress({ ...progress, status: "awaiting_payment" });
  await clock.advance(1000);
  assertMatch(last(), /waiting for the payment {2}2 s$/);
  view.progress(progress);
  await clock.advance(2000);
  view.progress({ ...progress, progress: 25, messages: 250 });
  await clock.advance(0);
  await clock.advance(100);
  assertMatch(
    last(),
    /^\S a-file-with-a-long-name\.png {2}█+░+ {3}25 % {2}250\/1000 messages {2}7 s left {2}119\/s$/,
  );
  assertEquals((last().match(/█/g) ?? []).length * 3, (last().match(/░/g) ?? []).length);
  assert(pictures.slice(1).every((picture) => picture.startsWith("\r\x1b[K") && !picture.includes("\n")));
  view.end();
  assertEquals([clock.pending, pictures.at(-1)], [0, "\r\x1b[K\x1b[?25h"]);
});

Deno.test("on a terminal the job's id stays to be read from when the gateway has taken it", () => {
  const { view, pictures } = drawing(80);
  view.started({ jobId: "job-1", transactionId: "t", transactionBytes: "" });
  view.end();
  assertMatch(pictures.join(""), /to wait for it again, or to end it:\n {2}inscribe --follow=job-1\n/);
});

Deno.test("a line is never longer than its terminal", () => {
  for (let columns = 1; columns <= 130; columns++) {
    const { view, pictures } = drawing(columns, () => "http");
    view.end();
    const line = (pictures[1] ?? "").replace("\r\x1b[K", "");
    assert(line.length < Math.max(2, columns), `${columns}: ${line}`);
    if (columns > 30) assertStringIncludes(line, "name.png  sending");
  }
});

for (const columns of [10, 20, 40, 60, 80, 100, 130]) {
  Deno.test(`a bar fits into ${columns} columns`, async () => {
    const { clock, view, last } = drawing(columns, () => "http");
    view.progress(progress);
    await clock.advance(1000);
    view.progress({ ...progress, progress: 42.7, messages: 427 });
    await clock.advance(100);
    const line = last();
    assert(line.length < columns, line);
    if (columns >= 40) assertStringIncludes(line, "42 %");
    assertEquals(line.includes("█"), columns >= 40);
    assertEquals([line.includes("messages"), line.includes("over HTTP")], [columns >= 80, columns >= 100]);
    view.end();
  });
}

Deno.test("without a connection the line says so", async () => {
  const transport: { name: JobTransportName | undefined } = { name: undefined };
  const { clock, view, last } = drawing(100, () => transport.name);
  await clock.advance(100);
  assertStringIncludes(last(), "connecting");
  view.progress({ ...progress, progress: 42, messages: 420 });
  await clock.advance(100);
  assertStringIncludes(last(), "reconnecting");
  view.end();
});

Deno.test("without a terminal there is a line for each state and each tenth", () => {
  let text = "";
  const write = (more: string) => void (text += more);
  const view = new PlainView({
    name: "a.png",
    preparation: "sending",
    transport: () => "http",
    write,
    hints,
  });
  view.started({ jobId: "job-1", transactionId: "0.0.5@1.2", transactionBytes: "" });
  view.progress({ ...progress, status: "queued" });
  for (let percentage = 0; percentage <= 100; percentage += 4) {
    view.progress({ ...progress, progress: percentage, messages: 10 * percentage });
  }
  view.progress({ ...progress, status: "completed", progress: 100 });
  assertEquals(text.split("\n"), [
    "a.png: sending",
    "job job-1, transaction 0.0.5@1.2",
    "  0 %  waiting for its turn",
    "  0 %  inscribing  0 of 1000 messages",
    " 12 %  inscribing  120 of 1000 messages",
    " 20 %  inscribing  200 of 1000 messages",
    " 32 %  inscribing  320 of 1000 messages",
    " 40 %  inscribing  400 of 1000 messages",
    " 52 %  inscribing  520 of 1000 messages",
    " 60 %  inscribing  600 of 1000 messages",
    " 72 %  inscribing  720 of 1000 messages",
    " 80 %  inscribing  800 of 1000 messages",
    " 92 %  inscribing  920 of 1000 messages",
    "100 %  inscribing  1000 of 1000 messages",
    "100 %  done",
    "",
  ]);
});
