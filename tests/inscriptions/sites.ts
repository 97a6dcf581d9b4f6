/** A web server of a test, with what was asked of it. */
export interface Site extends AsyncDisposable {
  readonly url: string;
  readonly requests: Request[];
}

/** Serves on a free port of this machine. */
export function serve(handler: (request: Request) => Response | Promise<Response>): Site {
  const requests: Request[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    requests.push(request);
    return handler(request);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A server that answers every connection with these bytes; with `stays` it leaves it open. */
export function rawServer(answer: string, stays = false): { url: string } & Disposable {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const open: Deno.Conn[] = [];
  (async () => {
    for await (const connection of listener) {
      open.push(connection);
      await connection.read(new Uint8Array(4096));
      await connection.write(new TextEncoder().encode(answer)).catch(() => {});
      if (!stays) connection.closeWrite().catch(() => {});
    }
  })().catch(() => {});
  return {
    url: `http://127.0.0.1:${listener.addr.port}/`,
    [Symbol.dispose]() {
      listener.close();
      for (const connection of open) connection.close();
    },
  };
}
