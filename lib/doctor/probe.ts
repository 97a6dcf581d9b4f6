import type { Message, Socket } from "./net/socket.ts";

/** The server closed the connection. */
export class Closed extends Error {
  override readonly name = "Closed";

  constructor(readonly code: number | undefined, readonly reason: string) {
    super(`closed with ${code ?? "no code"}${reason === "" ? "" : `: ${reason}`}`);
  }
}

/** The messages that servers of this kind answer; the second is the one of the Bettensor documents. */
export const probes = [
  () => JSON.stringify({ type: "ping" }),
  () => JSON.stringify({ type: "heartbeat", sender: "heliograph-doctor", data: {} }),
] as const;

/** The next message that is wanted; others are passed over. Throws {@link Closed}, and what the socket throws. */
export async function nextMessage(socket: Socket, wanted: (message: Message) => boolean): Promise<Message> {
  for (;;) {
    const message = await socket.next();
    if (message.kind === "close") throw new Closed(message.code, message.reason);
    if (wanted(message)) return message;
  }
}

/** Whether a message is text that is no greeting, such as an answer. */
export function isAnswer(message: Message): boolean {
  return message.kind === "text" && !/^\s*\{\s*"type"\s*:\s*"welcome"/.test(message.text.slice(0, 200));
}

/** Whether an answer says that something was wrong. */
export function isError(answer: Readonly<Record<string, unknown>> | undefined): boolean {
  return answer?.["type"] === "error";
}
