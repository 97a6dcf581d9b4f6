import { z } from "zod";
import { Kind } from "../kind.ts";

/** A setting in force, as operators are told of it. Protocol, section 6. */
export const toldSetting = new Kind(
  "ToldSetting",
  () =>
    z.object({
      name: z.string(),
      value: z.string().nullable().describe("null where none is set; secrets are masked"),
      source: z.string().describe("`default`, or the flag, the variable or the file's key that sets it"),
      default: z.string(),
      unit: z.string().nullable(),
      doc: z.string(),
    }),
  {
    name: "port",
    value: "10401",
    source: "default",
    default: "10401",
    unit: null,
    doc: "Port to listen on.",
  },
);

/** A setting in force, as operators are told of it. */
export type ToldSetting = Readonly<z.infer<typeof toldSetting.schema>>;
