/**
 * What the runtime keeps under symbols of its own, for what it has no public way to do. No interface: each use has a check
 * that it still works, and goes without where it does not.
 */
export function insideOf(object: object, name: string): unknown {
  const symbol = symbolOf(object, name);
  return symbol === undefined ? undefined : member(object, symbol);
}

/** The symbol of that name, of the object itself or of its class. */
export function symbolOf(object: object, name: string): symbol | undefined {
  for (let owner: object | null = object; owner !== null; owner = Object.getPrototypeOf(owner)) {
    const symbol = Object.getOwnPropertySymbols(owner).find(({ description }) => description === name);
    if (symbol !== undefined) return symbol;
  }
  return undefined;
}

export function member(object: unknown, name: string | symbol): unknown {
  return typeof object === "object" && object !== null ? Reflect.get(object, name) : undefined;
}
