import { isIP } from "node:net";
import { type Check, fine, found, patience } from "../check.ts";
import { bounded } from "../dial.ts";
import { codeOf, reasonOf } from "../shown.ts";

const mostAddresses = 8;

/** Resolves the name to its addresses. */
export const name: Check = {
  id: "name",
  async run(context) {
    const { target: { host }, network, known } = context;
    const family = isIP(host);
    if (family !== 0) {
      known.addresses = [{ address: host, family: family === 6 ? 6 : 4 }];
      return fine(`${host} is an address`);
    }
    try {
      const all = await bounded(context, patience.lookup, () => network.lookup(host));
      const unique = new Map(all.map((address) => [address.address, address]));
      const addresses = known.addresses = [...unique.values()].slice(0, mostAddresses);
      const texts = addresses.map(({ address }) => address);
      return fine(`${host} is ${texts.join(", ")}`, { addresses: texts });
    } catch (error) {
      context.signal.throwIfAborted();
      const id = codeOf(error) === "ENOTFOUND" ? "name-not-found" : "name-no-answer";
      const detail = id === "name-not-found" ? "no address is known" : reasonOf(error);
      return found(id, `${host}: ${detail}`, { unreachable: true });
    }
  },
};
