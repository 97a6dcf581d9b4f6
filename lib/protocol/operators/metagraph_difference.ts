import { z } from "zod";
import { Kind } from "../kind.ts";
import { exampleMiner, hotkey } from "../messages/miners.ts";

const registration = () =>
  z.object({ hotkey: hotkey(), uid: z.number().int().min(0), blacklisted: z.boolean() });
const example = { hotkey: exampleMiner, uid: 7, blacklisted: false };

/** What importing a list of miners changes. Protocol, section 6. */
export const metagraphDifference = new Kind(
  "MetagraphDifference",
  () =>
    z.object({
      added: z.array(registration()),
      changed: z.array(z.object({ before: registration(), now: registration() })),
      removed: z.array(registration())
        .describe("operators' entries that the list lacks; what a metagraph file or a chain lists stays"),
    }),
  { added: [example], changed: [{ before: example, now: { ...example, uid: 8 } }], removed: [] },
);

/** What importing a list of miners changes. */
export type MetagraphDifference = Readonly<z.infer<typeof metagraphDifference.schema>>;

/** A miner as such a list has it. */
export type ListedMiner = Readonly<z.infer<ReturnType<typeof registration>>>;
