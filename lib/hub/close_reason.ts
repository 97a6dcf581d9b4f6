/** What a close frame has room for. RFC 6455, section 5.5. */
const longestReason = 123;

/** A close's reason with the connection's id behind it, as far as there is room for both. ASCII. */
export function reasonWithId(reason: string, id: string): string {
  const text = reason === "" ? `(${id})` : `${reason} (${id})`;
  return text.length <= longestReason ? text : reason.slice(0, longestReason);
}
