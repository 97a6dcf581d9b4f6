import type { Link } from "../../lib/hub/mod.ts";

/** A transport in memory that takes, and reads, as much as a test lets it. */
export class FakeLink implements Link {
  readonly sent: string[] = [];
  bufferedAmount = 0;
  closed: { readonly code: number; readonly reason: string } | undefined;
  severed = false;
  /** Whether what is sent stays in the buffer. */
  stuck = false;

  send(frame: string): void {
    this.sent.push(frame);
    if (this.stuck) this.bufferedAmount += frame.length;
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  sever(): void {
    this.severed = true;
  }

  /** The peer reads everything, and goes on reading. */
  read(): void {
    this.stuck = false;
    this.bufferedAmount = 0;
  }
}
