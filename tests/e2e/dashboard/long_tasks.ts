import { z } from "zod";
import { findChromium } from "../../helpers/programs.ts";
import { AllPages } from "./all_pages.ts";
import { closeBrowser } from "./shared_browser.ts";

/** How long a browser is busy with one thing while somebody scrolls, in milliseconds of CPU: others may load the machine. */
interface Busy {
  readonly longest: number;
  readonly over100: number;
}

/** What Chromium tells of a thread's name, or of something that a thread did; times in microseconds. */
const traceEvent = z.looseObject({
  name: z.string(),
  pid: z.number(),
  tid: z.number(),
  tdur: z.number().optional(),
  args: z.looseObject({ name: z.unknown().optional() }).optional(),
});
type TraceEvent = z.infer<typeof traceEvent>;

/** Scrolls a table up and down, and answers what the tasks of the page cost meanwhile. */
async function scrolled({ page }: AllPages, label: RegExp): Promise<Busy> {
  const table = page.getByRole("region", { name: label });
  await page.locator("[data-row]").first().waitFor();
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...z.array(traceEvent).parse(value)));
  const traceConfig = { includedCategories: ["toplevel", "disabled-by-default-devtools.timeline"] };
  await session.send("Tracing.start", { transferMode: "ReportEvents", traceConfig });
  await table.evaluate(async (element) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let step = 0; step < 600; step += 1) {
      element.scrollTop = element.scrollHeight * (0.5 + 0.5 * Math.sin(step / 40));
      await frame();
    }
  });
  const complete = new Promise<void>((resolve) => session.once("Tracing.tracingComplete", () => resolve()));
  await session.send("Tracing.end");
  await complete;
  const tasks = tasksOfPages(events);
  return { longest: Math.max(...tasks), over100: tasks.filter((task) => task > 100).length };
}

function tasksOfPages(events: readonly TraceEvent[]): number[] {
  const thread = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const mains = new Set(
    events.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain").map(thread),
  );
  const tasks = events.filter((event) => event.name.endsWith("RunTask") && mains.has(thread(event)));
  if (tasks.length === 0) throw new Error("Cannot measure pages: Chromium told of no task");
  return tasks.map(({ tdur = 0 }) => tdur / 1000);
}

/** Prints what it costs a browser to scroll through 5,000 miners and 100,000 predictions. */
async function main(): Promise<void> {
  if (await findChromium() === undefined) {
    throw new Error("Cannot measure pages: there is no Chromium on the PATH");
  }
  await using pages = await AllPages.start();
  const tell = async (what: string, { longest, over100 }: Busy) => {
    const text = `${what}: longest task ${longest.toFixed(1)} ms of CPU, ${over100} over 100 ms\n`;
    await Deno.stdout.write(new TextEncoder().encode(text));
  };
  await pages.registerMiners(5000);
  await pages.login();
  await pages.openConsole("#/miners");
  await pages.page.getByText("5,001 of 5,001").waitFor();
  await tell("5,000 miners", await scrolled(pages, /^Table: Miners/));
  await pages.openConsole("#/predictions");
  await pages.tellPredictions(100_000);
  await tell("100,000 predictions", await scrolled(pages, /^Table: Predictions/));
}

if (import.meta.main) {
  try {
    await main();
  } finally {
    await closeBrowser();
  }
}
