import { assertEquals } from "@std/assert";
import { startGateway } from "../helpers/gateway.ts";
import { Lines } from "../helpers/process.ts";

/** A process of npm's wscat; what is written to its input goes out as a message. */
function startWscat(
  url: string,
): { child: Deno.ChildProcess; lines: Lines; input: WritableStreamDefaultWriter } {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "npm:wscat@6.1.0", "--no-color", "--connect", url],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  return { child, lines: new Lines(child.stdout), input: child.stdin.getWriter() };
}

/** The message in a line that wscat printed of it. */
function messageIn(line: string): Record<string, unknown> {
  return JSON.parse(line.slice(line.indexOf("{")));
}

Deno.test("wscat, which knows nothing of us, subscribes and gets the data, and is told its mistakes", async () => {
  await using gateway = await startGateway();
  const { child, lines, input } = startWscat(gateway.url.replace("http", "ws"));
  const encoder = new TextEncoder();
  const say = (text: string) => input.write(encoder.encode(`${text}\n`));
  try {
    const welcome = messageIn(await lines.find(/"welcome"/));
    assertEquals([welcome["type"], welcome["simulated"]], ["welcome", true]);
    await say('{"type":"subscribe","stream":"network_metrics"}');
    assertEquals(messageIn(await lines.find(/"subscribed"/))["stream"], "network_metrics");
    const metrics = messageIn(await lines.find(/"type":"network_metrics"/));
    assertEquals([typeof metrics["timestamp"], metrics["offset"]], ["number", 1]);
    await say('{"type":"subscribe","stream":"nonsense"}');
    assertEquals(messageIn(await lines.find(/"error"/))["message"], "Invalid stream name");
    await say("ping");
    await lines.find(/"pong"/);
  } finally {
    await input.close();
    child.kill("SIGKILL");
    await Promise.all([child.status, lines.ended]);
  }
});
