import { z } from "zod";
import { Kind } from "../kind.ts";
import { toldConnection } from "./told_connection.ts";

/** The connections of all servers, as operators are told of them. Protocol, section 6. */
export const toldConnections = new Kind(
  "Connections",
  () =>
    z.object({
      connections: z.array(toldConnection.schema).describe("those open"),
      ended: z.array(toldConnection.schema).optional()
        .describe("the newest endings, where they were asked for"),
      servers: z.array(z.object({
        id: z.string(),
        left_out: z.number().int().describe("open connections of it that are too many to be told"),
      })).describe("whose connections these are"),
      silent: z.array(z.string()).describe(
        "servers that have not answered within a second, or have said nothing for six",
      ),
    }),
  { connections: [toldConnection.example], servers: [{ id: "1", left_out: 0 }], silent: [] },
);

/** The connections of all servers, as operators are told of them. */
export type ToldConnections = Readonly<z.infer<typeof toldConnections.schema>>;
