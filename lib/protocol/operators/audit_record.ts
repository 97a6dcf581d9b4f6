import { z } from "zod";
import { Kind } from "../kind.ts";

/** What an operator did. Protocol, section 6. */
export const auditRecord = new Kind(
  "AuditRecord",
  () =>
    z.object({
      at: z.string(),
      actor: z.string().describe("a session's name, `token`, or `nobody`"),
      address: z.string(),
      action: z.string(),
      status: z.number().int(),
      count: z.number().int().optional()
        .describe(
          "attempts that were refused in the same way within an hour, where they stand in one record",
        ),
      last_at: z.string().optional().describe("when the last of them was"),
    }),
  {
    at: "2026-11-21T08:00:00+00:00",
    actor: "9f1c02ab",
    address: "127.0.0.1",
    action: "POST /admin/drain",
    status: 202,
  },
);

/** What an operator did. Times are ISO 8601. */
export type AuditRecord = Readonly<z.infer<typeof auditRecord.schema>>;
