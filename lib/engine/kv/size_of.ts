/** Bytes that a value takes at most once it is serialized. */
export function sizeOf(value: unknown): number {
  switch (typeof value) {
    case "string":
      // Two bytes a character as soon as one of them is beyond Latin-1.
      return 6 + (value.length > 1000 && isLatin1(value) ? value.length : 2 * value.length);
    case "bigint":
      return 8 + value.toString(16).length;
    case "object":
      return value === null ? 1 : sizeOfObject(value);
    default:
      return 10;
  }
}

function isLatin1(text: string): boolean {
  return !/[^\u0020-\u00ff\s]/.test(text);
}

function sizeOfObject(value: object): number {
  if (ArrayBuffer.isView(value)) return 32 + value.byteLength;
  let size = 16;
  for (const key of Object.keys(value)) {
    size += 6 + 2 * key.length + sizeOf((value as Readonly<Record<string, unknown>>)[key]);
  }
  return size;
}
