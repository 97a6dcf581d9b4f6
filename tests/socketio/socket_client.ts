import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import { inTime } from "../helpers/until.ts";

/** The ways in which npm's client may connect. */
export const ways: readonly (readonly ["polling" | "websocket", ...("polling" | "websocket")[]])[] = [
  ["polling"],
  ["websocket"],
  ["polling", "websocket"],
];

/** npm's client, not yet connected; it comes back only when a test asks for it. */
export function socketClient(url: string, options: Partial<ManagerOptions & SocketOptions> = {}): Socket {
  return io(url, { forceNew: true, reconnection: false, ...options });
}

/** npm's client, connected and, where it begins with polling and may upgrade, upgraded. */
export async function connected(
  url: string,
  options: Partial<ManagerOptions & SocketOptions> = {},
): Promise<Socket> {
  const client = socketClient(url, options);
  await connection(client);
  const { engine } = client.io;
  const isUpgradable = options.transports?.length !== 1;
  if (isUpgradable && engine.transport.name === "polling") {
    await new Promise<void>((resolve) => engine.once("upgrade", () => resolve()));
  }
  return client;
}

/** Resolves once it is connected. */
export function connection(client: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once("connect", resolve);
    client.once("connect_error", reject);
  });
}

/** The arguments of the next event of this name. */
export function received(client: Socket, event: string): Promise<unknown[]> {
  const coming = new Promise<unknown[]>((resolve) =>
    client.once(event, (...values: unknown[]) => resolve(values))
  );
  return inTime(coming, `an event ${event}`);
}
