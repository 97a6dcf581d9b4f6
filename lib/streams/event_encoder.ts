const encoder = new TextEncoder();
const maxKept = 32;

interface Made {
  readonly id: string | undefined;
  readonly event: Uint8Array<ArrayBuffer>;
}

/** Makes server-sent events of messages, each once for all receivers that stand at the same place. */
export class EventEncoder {
  readonly #made = new Map<string, Made>();

  /**
   * The event of a message, which begins with its `type`. WHATWG HTML, section 9.2.6.
   *
   * @param id where a client that has it goes on
   */
  encode(message: string, id?: string): Uint8Array<ArrayBuffer> {
    const known = this.#made.get(message);
    if (known !== undefined && known.id === id) return known.event;
    const type = /^\{"type":"(\w+)"/.exec(message)?.[1] ?? "message";
    const idLine = id === undefined ? "" : `id: ${id}\n`;
    const event = encoder.encode(`event: ${type}\n${idLine}data: ${message}\n\n`);
    this.#made.set(message, { id, event });
    const [oldest] = this.#made.size > maxKept ? this.#made.keys() : [];
    if (oldest !== undefined) this.#made.delete(oldest);
    return event;
  }
}
