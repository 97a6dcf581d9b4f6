import { assert, assertEquals } from "@std/assert";
import { settings } from "../../../lib/config/mod.ts";
import { maxJobMessage } from "../../../lib/inscriptions/mod.ts";

const deploy = `${import.meta.dirname}/../../../deploy`;
/** Seconds that a request may wait for news. */
const longestPoll = 60;

/** Reads numbers such as `600s` that follow names. */
async function numbersIn(file: string, names: readonly string[]): Promise<number[]> {
  const text = await Deno.readTextFile(`${deploy}/${file}`);
  return names.map((name) => {
    const found = new RegExp(`^\\s*${name} (\\d+)`, "m").exec(text)?.[1];
    if (found === undefined) throw new Error(`Cannot find ${name} in ${file}`);
    return Number(found);
  });
}

Deno.test("no proxy ends a silent WebSocket or a long poll before the gateway does", async () => {
  const patience = Math.max(settings["websocket.connection_timeout"].fallback(), longestPoll);
  const nginx = await numbersIn("nginx/heliograph.conf", ["proxy_read_timeout", "proxy_send_timeout"]);
  const haproxy = await numbersIn("haproxy/haproxy.cfg", ["timeout tunnel"]);
  for (const seconds of [...nginx, ...haproxy]) assert(seconds > patience, `${seconds} s`);
  for (const seconds of await numbersIn("haproxy/haproxy.cfg", ["timeout client", "timeout server"])) {
    assert(seconds > longestPoll, `${seconds} s`);
  }
});

Deno.test("nginx takes bodies as large as the gateway does, and lets an address have more connections than that", async () => {
  const [megabytes = 0] = await numbersIn("nginx/heliograph.conf", ["client_max_body_size"]);
  assertEquals(megabytes * 1024 * 1024, maxJobMessage);
  const [connections = 0] = await numbersIn("nginx/heliograph.conf", ["limit_conn connections"]);
  assert(connections > settings["websocket.max_connections_per_address"].fallback());
});
