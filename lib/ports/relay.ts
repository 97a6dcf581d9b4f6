const least = 1024;
const most = 64 * 1024;

/**
 * Carries bytes both ways between two connections until one of them is over, and closes both; tells of each piece that came.
 * Never rejects.
 */
export async function relay(client: Deno.TcpConn, server: Deno.TcpConn, moved: () => void): Promise<void> {
  const close = () => {
    closeQuietly(client);
    closeQuietly(server);
  };
  // A client may be done speaking and still listen; once the server is, there is nothing more to come.
  const asking = pump(client, server, moved).catch(close);
  await pump(server, client, moved).catch(() => {});
  close();
  await asking;
}

/** Writes all of the bytes. */
export async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await connection.write(bytes.subarray(written));
}

/** Closes a connection that may be closed already. */
export function closeQuietly(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/** An idle connection holds a small buffer, a busy one a large one. */
async function pump(from: Deno.TcpConn, to: Deno.TcpConn, moved: () => void): Promise<void> {
  let buffer = new Uint8Array(least);
  for (let read = await from.read(buffer); read !== null; read = await from.read(buffer)) {
    moved();
    await writeAll(to, buffer.subarray(0, read));
    const wanted = read === buffer.length
      ? 4 * read
      : 8 * read < buffer.length
      ? buffer.length / 4
      : buffer.length;
    const size = Math.min(most, Math.max(least, wanted));
    if (size !== buffer.length) buffer = new Uint8Array(size);
  }
  await to.closeWrite();
}
