/** A WebSocket of which nothing is read but the answer to its upgrade, as bare TCP. */
export async function rawUpgrade(url: string, headers: Record<string, string> = {}): Promise<Deno.TcpConn> {
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const { hostname, port, pathname, search } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(
    `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${more}` +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
  ));
  const head = new Uint8Array(12);
  await connection.read(head);
  if (new TextDecoder().decode(head) === "HTTP/1.1 101") return connection;
  connection.close();
  throw new Error("Cannot upgrade: the server refused");
}
