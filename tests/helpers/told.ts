import type { ToldConnection } from "../../lib/protocol/mod.ts";
import type { Frame } from "./peer.ts";
import type { TestGateway } from "./gateway.ts";
import { untilThere } from "./until.ts";

/** The open connections, and the latest endings. */
export async function listTold(
  server: TestGateway,
  query = "",
): Promise<{ open: ToldConnection[]; ended: ToldConnection[] }> {
  const { connections, ended } = await server.admin("GET", `/admin/connections?ended=100${query}`);
  return { open: connections as ToldConnection[], ended: ended as ToldConnection[] };
}

/** What is told of one connection. */
export async function told(server: TestGateway, id: string | undefined): Promise<ToldConnection> {
  return await server.admin("GET", `/admin/connections/${id}`) as unknown as ToldConnection;
}

/** The latest ending, once it is of that cause. */
export async function endingOf(server: TestGateway, cause: string): Promise<ToldConnection> {
  return await untilThere(async () => {
    const { ended: [latest] } = await listTold(server);
    return latest?.ending?.cause === cause ? latest : undefined;
  }, `an ending: ${cause}`);
}

/** The frames that say that the server closes. */
export function farewells(frames: readonly Frame[]): Frame[] {
  return frames.filter((frame) => frame["code"] === "server_closing");
}
