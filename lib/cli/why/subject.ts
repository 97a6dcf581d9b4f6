/** Whose connections are asked for: one by its id, or all of a miner, an API key or an address. */
export interface Subject {
  readonly kind: "id" | "hotkey" | "address";
  readonly text: string;
}

/** Tells an id, such as `c8f3ak12`, from an address and from who a peer can prove to be. */
export function readSubject(text: string): Subject {
  if (/^c[0-9a-z]{6,15}$/.test(text)) return { kind: "id", text };
  return { kind: /[.:]|^local$/.test(text) ? "address" : "hotkey", text };
}
