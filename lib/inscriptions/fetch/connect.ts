import type { ByteSource } from "./http_response.ts";
import type { Target } from "./target.ts";

/** A connection over which a request goes. */
export interface Connection extends ByteSource {
  write(data: Uint8Array): Promise<number>;
  close(): void;
}

/** Opens a connection to the target's address, and for https:// proves that it is the URL's host that answers. */
export async function connect({ url, address, port }: Target): Promise<Connection> {
  const connection = await Deno.connect({ hostname: address, port });
  if (url.protocol !== "https:") return connection;
  try {
    const secure = await Deno.startTls(connection, { hostname: url.hostname.replace(/^\[|\]$/g, "") });
    await secure.handshake();
    return secure;
  } catch (error) {
    close(connection);
    throw error;
  }
}

/** Closes a connection, which the other side, or a TLS handshake that failed, may have done before. */
export function close(connection: { close(): void }): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
