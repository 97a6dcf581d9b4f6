import { pause } from "./bystander.ts";
import { adminToken, callAdmin } from "../helpers/gateway.ts";
import { sampleGame } from "../helpers/samples.ts";

/** Makes an API key. */
export async function createApiKey(url: string): Promise<string> {
  const { key } = await callAdmin(`${url}/admin/api-keys`, "POST", { name: "torture" });
  return String(key);
}

/** Publishes so many games that all of them together are large. */
export async function publishManyGames(url: string): Promise<void> {
  for (let update = 0; update < 4; update += 1) {
    const games = Array.from(
      { length: 400 },
      (_, index) => sampleGame(`many-${update}-${index}`, { note: "x".repeat(300) }),
    );
    await callAdmin(`${url}/admin/games`, "POST", { games });
  }
}

/** Puts a file on the ledger, and answers its topic when it is there. */
export async function inscribe(url: string, bytes: number): Promise<string> {
  const headers = { "x-api-key": await createApiKey(url) };
  const file = crypto.getRandomValues(new Uint8Array(60_000));
  const fileBase64 = btoa(String.fromCharCode(...file)).slice(0, 80_000).repeat(Math.ceil(bytes / 60_000));
  const started = await fetch(`${url}/inscriptions/start-inscription`, {
    method: "POST",
    headers,
    body: JSON.stringify({
      fileBase64,
      fileName: "file.bin",
      fileMimeType: "application/octet-stream",
      holderId: "0.0.1",
      mode: "file",
      network: "testnet",
    }),
  });
  const { id, message } = await started.json();
  if (!started.ok) throw new Error(`Cannot inscribe: ${message}`);
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const answer = await fetch(`${url}/inscriptions/retrieve-inscription?id=${id}`, { headers });
    const { completed, topic_id } = await answer.json();
    if (completed) return String(topic_id);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("Cannot inscribe: it takes too long");
}

/** Asks for a path of the operator's API, whatever the answer is. */
export async function askAdmin(
  url: string,
  path: string,
  method = "GET",
): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Bearer ${adminToken}` };
  const response = await fetch(`${url}${path}`, { method, headers });
  return { status: response.status, text: await response.text() };
}

/** What `/readyz` says once it is that status, or else after so many milliseconds. */
export async function untilReadyz(
  url: string,
  status: number,
  patience: number,
): Promise<{ status: number; text: string }> {
  const start = performance.now();
  for (;;) {
    const ready = await askAdmin(url, "/readyz");
    if (ready.status === status || performance.now() - start >= patience) return ready;
    await pause(50);
  }
}
