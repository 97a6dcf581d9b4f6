import { testKey } from "../helpers/peer.ts";
import { readLines } from "../../lib/cli/stdio.ts";
import { pause } from "./bystander.ts";
import { CutOffNetwork } from "./cut_off_network.ts";
import { askAdmin, createApiKey } from "./operator.ts";
import type { Stage } from "./stage.ts";
import type { Findings } from "./trial.ts";

/** Clients of each kind. */
const count = 5;
/** Seconds, of the trial's settings. */
export const timeout = 20;
/** Seconds that ending a connection may take, once it was decided. */
const ending = 10;

/** Clients of every kind whose packets are lost from one moment on: each must be found, and its place be free. */
export async function deadClients(stage: Stage): Promise<Findings> {
  await using network = await CutOffNetwork.open();
  const { server } = stage;
  for (let number = 0; number < count; number += 1) {
    await server.admin("PUT", `/admin/miners/${testKey(20 + number).address}`, { uid: 20 + number });
  }
  const url = `http://${network.server}:${new URL(server.url).port}`;
  const module = new URL("./doomed_clients.ts", import.meta.url).href;
  const clients = network.spawn(module, [url, String(count), await createApiKey(server.url)]);
  try {
    for await (const line of readLines(clients.stdout)) if (line === "ready") break;
    stage.bystander.forget();
    const before = await familiesOf(stage, network.client);
    await network.cut();
    const cut = performance.now();
    const seen = new Map<string, number>();
    for (let left = before; left.length > 0 && seconds(cut) < timeout + ending; await pause(250)) {
      left = await familiesOf(stage, network.client);
      for (const family of new Set(before)) {
        if (!left.includes(family) && !seen.has(family)) seen.set(family, seconds(cut));
      }
    }
    const late = [...new Set(before)].filter((family) => (seen.get(family) ?? Infinity) > timeout + ending);
    const found = [...seen].map(([family, after]) => `${family} ${after.toFixed(1)} s`).join(", ");
    return {
      said: `${before.length} clients: all are found dead, and gone, after ${found}`,
      faults: [
        ...before.length < 5 * count ? [`only ${before.length} clients were connected`] : [],
        ...late.map((family) => `dead ${family} are still there after ${timeout + ending} s`),
      ],
    };
  } finally {
    clients.kill("SIGKILL");
    await clients.status;
  }
}

/** The families of the connections of an address, one for each. */
async function familiesOf({ server }: Stage, address: string): Promise<string[]> {
  const { text } = await askAdmin(server.url, "/admin/connections");
  const { connections } = JSON.parse(text) as { connections: { address: string; family: string }[] };
  return connections.filter((connection) => connection.address === address).map(({ family }) => family);
}

function seconds(since: number): number {
  return (performance.now() - since) / 1000;
}
