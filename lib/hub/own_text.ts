const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * A copy of at most `length` characters of a text that came from outside. A slice, which is all that parsing makes, would
 * keep the whole of what it was cut from in memory for as long as it is kept itself.
 */
export function ownText(text: string, length: number): string {
  return decoder.decode(encoder.encode(text.slice(0, length)));
}
