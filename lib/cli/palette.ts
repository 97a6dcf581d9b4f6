import type { Status } from "../doctor/mod.ts";

type Paint = (text: string) => string;

/** What a report is painted with. */
export interface Palette {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly code: Paint;
  readonly status: Readonly<Record<Status, Paint>>;
}

const plain: Paint = (text) => text;
const sequence = (on: number, off: number): Paint => (text) => `\x1b[${on}m${text}\x1b[${off}m`;

/** Terminal colours (ECMA-48, section 8.3.117), or none. */
export function palette(colours: boolean): Palette {
  const paint = (on: number, off: number) => colours ? sequence(on, off) : plain;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    code: paint(36, 39),
    status: {
      ok: paint(32, 39),
      note: paint(34, 39),
      warning: paint(33, 39),
      error: paint(31, 39),
      skipped: paint(2, 22),
    },
  };
}
