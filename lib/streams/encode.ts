/** A message as compact JSON, all ASCII, so that its characters can be counted as bytes. */
export function encode(message: object): string {
  return JSON.stringify(message).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
