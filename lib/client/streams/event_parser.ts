/** An event of a server-sent event stream. */
export interface ServerEvent {
  readonly data: string;
  /** The last id that was sent with this event or before it; empty when there was none. */
  readonly id: string;
}

/** A line, and what an event's lines come to together, may be so long, in characters. */
const maxSize = 1024 * 1024;

/** Reads server-sent events from a text that comes in pieces. WHATWG HTML, section 9.2.6. */
export class EventParser {
  readonly #dispatch: (event: ServerEvent) => void;
  #line = "";
  #data: string[] = [];
  #size = 0;
  #id = "";
  /** The event is too large, and is left out. */
  #tooLarge = false;
  #afterReturn = false;

  constructor(dispatch: (event: ServerEvent) => void) {
    this.#dispatch = dispatch;
  }

  push(text: string): void {
    // A line feed after a carriage return is part of the same line end, also when it comes in the next piece.
    const rest = this.#afterReturn && text.startsWith("\n") ? text.slice(1) : text;
    if (text !== "") this.#afterReturn = text.endsWith("\r");
    const lines = rest.split(/\r\n|\n|\r/);
    const last = lines.pop() ?? "";
    for (const line of lines) {
      this.#append(line);
      this.#endLine();
    }
    this.#append(last);
  }

  #append(text: string): void {
    if (text === "") return;
    this.#size += text.length;
    if (this.#size > maxSize) this.#tooLarge = true;
    this.#line = this.#tooLarge ? "-" : this.#line + text;
  }

  #endLine(): void {
    const line = this.#line;
    this.#line = "";
    if (line === "") return this.#endEvent();
    if (this.#tooLarge) return;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.#data.push(value);
    else this.#size -= line.length;
    if (field === "id" && !value.includes("\0")) this.#id = value;
  }

  #endEvent(): void {
    const data = this.#data;
    const whole = data.length > 0 && !this.#tooLarge;
    this.#data = [];
    this.#size = 0;
    this.#tooLarge = false;
    if (whole) this.#dispatch({ data: data.join("\n"), id: this.#id });
  }
}
