import { z } from "zod";
import { Kind } from "../kind.ts";
import { durabilitySchema } from "../predictions.ts";

const durability = () => z.enum(durabilitySchema.options);

/** The store, as operators are told of it. Protocol, section 6. */
export const toldStore = new Kind(
  "StoreSize",
  () =>
    z.object({
      kind: z.enum(["file", "database", "memory"]),
      location: z.string().describe("without passwords"),
      bytes: z.number().int().nullable().describe(
        "of its files, or of a database's tables and indexes, up to 5 s old; null where nobody knows",
      ),
      free_bytes: z.number().int().nullable().describe("on its disk; null where nobody knows"),
      min_free_bytes: z.number().int().describe("below that, new work is refused"),
      durability: durability().describe("the least that is confirmed: `store.durability`"),
      kept_in: durability().nullable().describe(
        "where it keeps what is confirmed now; null where nobody knows",
      ),
    }),
  {
    kind: "file",
    location: "data/heliograph.db",
    bytes: 52_428_800,
    free_bytes: 21_474_836_480,
    min_free_bytes: 268_435_456,
    durability: "memory",
    kept_in: "disk",
  },
);

/** The store, as operators are told of it. */
export type ToldStore = Readonly<z.infer<typeof toldStore.schema>>;
