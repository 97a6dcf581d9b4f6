/** Runs one of the published clients against a gateway, and prints what came: `run_client.ts CLIENT URL [KEY TRANSPORT]`. */

/** What WebSocket libraries have in common. */
interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  send(text: string): void;
  close(): void;
}
type SocketClass = new (url: string, protocols?: string[], options?: object) => Socket;

/** What is used of a Socket.IO client. */
interface IoSocket {
  on(event: string, listener: (value: unknown) => void): void;
  emit(event: string, ...args: unknown[]): void;
  close(): void;
}
type Connect = (url: string, options: object) => IoSocket;

const [client = "", url = "", apiKey, transport] = Deno.args;
const subscription = JSON.stringify({ type: "subscribe", stream: "network_metrics" });

const sockets: Readonly<Record<string, () => Promise<Socket>>> = {
  ws: async () => create((await load("ws"))["default"]),
  "faye-websocket": async () => create((await load("faye-websocket"))["default"], "Client"),
  websocket: async () => create((await load("websocket"))["default"], "w3cwebsocket"),
  "reconnecting-websocket": async () => create((await load("reconnecting-websocket"))["default"]),
};

/** Named such that the types of all of them are not needed to check this file. */
async function load(name: string): Promise<Record<string, unknown>> {
  return await import(name);
}

function create(found: unknown, member?: string): Socket {
  const Class = member === undefined ? found : (found as Record<string, unknown>)[member];
  return new (Class as SocketClass)(url);
}

/** The types of what comes until there is data. */
function listen(socket: Socket): Promise<unknown> {
  const types: string[] = [];
  return new Promise((resolve, reject) => {
    socket.onopen = () => socket.send(subscription);
    socket.onerror = (event) => reject(new Error(String(event)));
    socket.onmessage = ({ data }) => {
      const { type } = JSON.parse(String(data));
      types.push(type);
      if (type !== "network_metrics") return;
      socket.close();
      resolve({ types });
    };
  });
}

/** Asks for a job that is not there; what the acknowledgement, or the refusal of the connection, says. */
async function ask(version: string): Promise<unknown> {
  const found = await load(`socket.io-client-${version}`);
  const connect = (found["io"] ?? found["default"]) as Connect;
  const socket = connect(url, { auth: { apiKey }, transports: [transport], reconnection: false });
  return await new Promise((resolve) => {
    const end = (outcome: object) => {
      socket.close();
      resolve(outcome);
    };
    socket.on(
      "connect",
      () => socket.emit("follow-inscription", "nothing", (answer: object) => end({ answer })),
    );
    for (const event of ["connect_error", "error"]) {
      socket.on(event, (error) => end({ [event]: (error as Error).message ?? error }));
    }
  });
}

const isSocketIo = client.startsWith("socket.io-client-");
const outcome = isSocketIo
  ? await ask(client.replace("socket.io-client-", ""))
  : await listen(await sockets[client]?.() ?? new WebSocket(url) as Socket);
await Deno.stdout.write(new TextEncoder().encode(`=> ${JSON.stringify(outcome)}\n`));
Deno.exit(0);
