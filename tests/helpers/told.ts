import type { Frame } from "./peer.ts";
import type { TestGateway } from "./gateway.ts";
import { untilThere } from "./until.ts";

/** A connection as `/admin/connections` tells of it, as far as tests look at it. */
export interface Told {
  readonly id: string;
  readonly family: string;
  readonly state: string;
  readonly address: string;
  readonly hotkey: string | null;
  readonly claimed_hotkey: string | null;
  readonly heartbeat_sent_at: string | null;
  readonly heartbeat_answered_at: string | null;
  readonly messages_in: number;
  readonly messages_out: number;
  readonly queued_bytes: number;
  readonly open: boolean;
  readonly stages: readonly { readonly stage: string; readonly at: string }[];
  readonly ending: {
    readonly by: string;
    readonly cause: string;
    readonly detail: string | null;
    readonly code: number | null;
    readonly reason: string;
    readonly explanation: string;
    readonly advice: string;
  } | null;
}

/** The open connections, and the latest endings. */
export async function listTold(server: TestGateway, query = ""): Promise<{ open: Told[]; ended: Told[] }> {
  const { connections, ended } = await server.admin("GET", `/admin/connections?ended=100${query}`);
  return { open: connections as Told[], ended: ended as Told[] };
}

/** What is told of one connection. */
export async function told(server: TestGateway, id: string | undefined): Promise<Told> {
  return await server.admin("GET", `/admin/connections/${id}`) as unknown as Told;
}

/** The latest ending, once it is of that cause. */
export async function endingOf(server: TestGateway, cause: string): Promise<Told> {
  return await untilThere(async () => {
    const { ended: [latest] } = await listTold(server);
    return latest?.ending?.cause === cause ? latest : undefined;
  }, `an ending: ${cause}`);
}

/** The frames that say that the server closes. */
export function farewells(frames: readonly Frame[]): Frame[] {
  return frames.filter((frame) => frame["code"] === "server_closing");
}
