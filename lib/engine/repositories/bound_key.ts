import type { Store } from "../store.ts";

const key = ["validator_address"] as const;

/**
 * Binds a store to the address of the validator that signs for it, once and for all servers. Answers the address of the
 * one that it is bound to: another one, unless that is to give way.
 */
export async function bindToValidator(
  store: Store,
  address: string,
  { replace }: { readonly replace: boolean },
): Promise<string> {
  return await store.transact(async (transaction) => {
    const bound = await transaction.get<string>(key);
    if (bound !== null && (bound === address || !replace)) return bound;
    transaction.set(key, address);
    return address;
  });
}
