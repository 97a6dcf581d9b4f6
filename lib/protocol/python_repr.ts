/** A double as Python's `repr` writes it. */
export function floatRepr(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`Cannot render ${value}: expected a finite number`);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) return exponentForm(value);
  if (!Number.isInteger(value)) return value.toString();
  return Object.is(value, -0) ? "-0.0" : `${value}.0`;
}

function exponentForm(value: number): string {
  const text = value.toExponential();
  const sign = text.length - 2;
  return text[sign] === "+" || text[sign] === "-" ? `${text.slice(0, -1)}0${text.slice(-1)}` : text;
}

const beyondPlain = /[^ !#-[\]-~]/;
const beyondAscii = /[^ -~]/g;

/** Whether a string stands for itself between quotes, which is nearly always. */
export function isPlain(text: string): boolean {
  return !beyondPlain.test(text);
}

/** A string as Python's `json.dumps` writes it, quotes included. */
export function stringRepr(text: string): string {
  if (isPlain(text)) return `"${text}"`;
  return JSON.stringify(text).replace(beyondAscii, escapeUnit);
}

function escapeUnit(unit: string): string {
  return "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0");
}
