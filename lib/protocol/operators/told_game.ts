import { z } from "zod";
import { Kind } from "../kind.ts";
import { teamGame } from "../messages/miners.ts";

/** A game that the gateway knows, as operators are told of it. Protocol, section 6. */
export const toldGame = new Kind(
  "ToldGame",
  () =>
    z.object({
      game: teamGame.schema,
      stakes: z.record(z.string(), z.number())
        .describe("wagered on each outcome at all servers since they started"),
    }),
  { game: teamGame.example, stakes: { Arsenal: 120.5 } },
);

/** A game that the gateway knows, as operators are told of it. */
export type ToldGame = Readonly<z.infer<typeof toldGame.schema>>;
