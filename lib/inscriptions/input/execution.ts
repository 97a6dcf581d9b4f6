import { z } from "zod";
import { describeIssue } from "../../protocol/mod.ts";
import { InscriptionError } from "../errors.ts";
import { formatTransactionId, parseTransactionId } from "../ledger/transaction.ts";

const id = z.string().min(1).max(128);

/** By what a client says that it has executed a job's transaction. */
export const executionNotice = z.object({
  jobId: id,
  transactionId: id.nullish().transform((value) => value ?? null),
});

/** What a client says, checked. */
type ExecutionNotice = z.infer<typeof executionNotice>;

/**
 * Reads what a client says of its payment. Protocol, section 5: `inscription-executed`.
 *
 * @throws {InscriptionError}
 */
export function readExecution(body: unknown): ExecutionNotice {
  const result = executionNotice.safeParse(body);
  if (result.success) return result.data;
  throw new InscriptionError("invalid_request", `Invalid request: ${describeIssue(result.error)}`);
}

/** Refuses what pays for something else. Throws an {@link InscriptionError}. */
export function checkPaid({ transactionId: got }: ExecutionNotice, expected: string): void {
  const transaction = got === null ? undefined : parseTransactionId(got);
  if (got === null || (transaction && formatTransactionId(transaction)) === expected) return;
  throw new InscriptionError(
    "invalid_request",
    `Invalid request: transactionId: expected ${expected}, got ${got}`,
  );
}
