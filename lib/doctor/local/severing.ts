import { canSever } from "../../hub/mod.ts";
import { type Check, fine, type Outcome } from "../check.ts";

/** Whether the runtime lets a server cut off clients that do not answer. */
export function severing(tries: () => Promise<boolean> = canSever): Check {
  return {
    id: "severing",
    async run(): Promise<Outcome> {
      const facts = { deno: Deno.version.deno, severs: await tries() };
      const summary = `Deno ${facts.deno} ${facts.severs ? "cuts" : "cannot cut"} off who does not answer`;
      if (facts.severs) return fine(summary, facts);
      return { summary, facts, findings: [{ id: "cannot-sever", detail: `Deno ${facts.deno}` }] };
    },
  };
}
