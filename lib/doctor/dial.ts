import type { Context } from "./check.ts";
import { type Answer, ask, askAll, type Head, type Request } from "./net/http.ts";
import { type Scope, within } from "./net/scope.ts";
import { type Upgrade, upgrade } from "./net/socket.ts";
import type { Link } from "./net/link.ts";

/** Does a piece of work in bounded time. Throws `TimedOut`, and what the work throws. */
export function bounded<T>(
  { clock, signal }: Context,
  milliseconds: number,
  work: (scope: Scope) => Promise<T>,
): Promise<T> {
  return within({ clock, milliseconds, signal }, work);
}

/** Connects to the endpoint. */
export async function dial({ target, known, network, ca }: Context, scope: Scope): Promise<Link> {
  const { host, port, secure } = target;
  const address = known.address ?? host;
  return await scope.keep(
    secure
      ? network.connectTls({ address, port, host, ca, signal: scope.signal })
      : network.connect(address, port),
  );
}

type Options = Omit<Request, "authority" | "path">;

/** Asks for a path and reads the answer's beginning. */
export async function open(
  context: Context,
  scope: Scope,
  path: string,
  options: Options = {},
): Promise<Answer> {
  const { authority } = context.target;
  return await ask(await dial(context, scope), { authority, path, ...options });
}

/** Asks for a path and reads the whole answer, as far as that is of interest. */
export function fetchPath(
  context: Context,
  milliseconds: number,
  path: string,
  options: Options = {},
): Promise<{ head: Head; body: string }> {
  const { authority } = context.target;
  return bounded(
    context,
    milliseconds,
    async (scope) => await askAll(await dial(context, scope), { authority, path, ...options }),
  );
}

/** Tries to open a WebSocket. */
export async function openSocket(
  context: Context,
  scope: Scope,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Upgrade> {
  const { authority } = context.target;
  return await upgrade(await dial(context, scope), { authority, path, headers });
}
