import { assertEquals, assertStringIncludes } from "@std/assert";
import { Failure, runFramed } from "../../lib/cli/command.ts";
import { JsonReport } from "../../lib/cli/doctor/json_report.ts";
import { TextReport } from "../../lib/cli/doctor/text_report.ts";
import { PlainView } from "../../lib/cli/inscribe/view.ts";
import { describeCancelled, describeResult, resultJson } from "../../lib/cli/inscribe.ts";
import { eventLine } from "../../lib/cli/miner/event_lines.ts";
import { palette } from "../../lib/cli/palette.ts";
import { reportJson, reportText } from "../../lib/cli/receipts/report.ts";
import type { Check, Reporter } from "../../lib/doctor/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { MemoryStdio } from "../helpers/memory_stdio.ts";

/** What a server says that wants to be more than text on the terminal of whoever asks it. */
const evil = "\x1b]0;title\x07\x9b2J\u202e\r\n";
const harmless = "\\u001b]0;title\\u0007\\u009b2J\\u202e";

const result = {
  jobId: evil,
  topicId: evil,
  jsonTopicId: evil,
  registryTopicId: evil,
  transactionId: evil,
  inscriptionNumber: 1,
};
const inscription = {
  id: "job",
  status: "completed",
  completed: true,
  error: null,
  topic_id: evil,
  mode: "file",
} as unknown as Parameters<typeof describeCancelled>[0];
const report = {
  sound: false,
  validator: evil,
  confirmations: 1,
  refusals: 0,
  miners: [{ hotkey: evil, receipts: 1, first: 1, last: 1, head: evil }],
  findings: [{ kind: "forged", line: 1, message: evil }],
  counts: {},
} as unknown as Parameters<typeof reportText>[1];

async function doctored(make: (stdio: MemoryStdio) => Reporter): Promise<string> {
  const stdio = new MemoryStdio();
  const reporter = make(stdio);
  const check: Check = { id: "http", run: () => Promise.reject(new Error("not run")) };
  const outcome = { summary: evil, findings: [{ id: "upgrade-failed", detail: `seen ${evil}` }] } as const;
  reporter.begins("the server", [check]);
  reporter.starts(check);
  reporter.tells(evil);
  await reporter.ends({ id: "http", outcome });
  await reporter.finishes([{ id: "http", outcome }]);
  return stdio.printed;
}

async function complained(): Promise<string> {
  const stdio = new MemoryStdio();
  const usage = { name: "test", about: "", options: {} };
  await runFramed(usage, [], { stdio }, () => Promise.reject(new Failure(evil, 1)));
  return stdio.complained;
}

function started(): string {
  let written = "";
  const shown = { name: "file", preparation: "reading", transport: () => undefined, hints: () => "" };
  const view = new PlainView({ ...shown, write: (text) => void (written += text) });
  view.started({ jobId: evil, transactionId: evil } as Parameters<PlainView["started"]>[0]);
  return written;
}

const problem = { type: "problem", validator: "v", code: evil, message: evil } as unknown as Parameters<
  typeof eventLine
>[0];
const screen = { clock: new FakeClock(), stopwatch: () => 0, columns: undefined, colours: false };

const outputs: Record<string, () => string | Promise<string>> = {
  "inscribe": () => describeResult("file", result, "http://gw"),
  "inscribe --json": () => resultJson(result, "http://gw"),
  "inscribe, without a terminal": started,
  "inscribe --cancel, too late": () => describeCancelled(inscription),
  "inscribe --cancel": () => describeCancelled({ ...inscription, status: "failed", error: evil }),
  "miner": () => eventLine(problem),
  "receipts verify": () => reportText("file", report, palette(false)),
  "receipts verify --json": () => reportJson("file", report),
  "doctor": () => doctored((stdio) => new TextReport({ ...screen, stdio })),
  "doctor --json": () => doctored((stdio) => new JsonReport(stdio)),
  "what went wrong": complained,
};

for (const [name, print] of Object.entries(outputs)) {
  Deno.test(`${name} shows no control characters that a server chose`, async () => {
    const printed = await print();
    assertStringIncludes(
      printed.replaceAll(/\\u\{(\w+)\}/g, (_, code) => `\\u${code.padStart(4, "0")}`),
      harmless,
    );
    assertEquals(/[\p{Cc}\p{Cf}]/u.test(printed.replaceAll("\n", "")), false, JSON.stringify(printed));
  });
}
