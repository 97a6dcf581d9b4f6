/**
 * Receipts that anybody can check, without asking the validator that gave them.
 * @module
 */
export { ReceiptAudit, type ReceiptAuditOptions, type ReceiptReport } from "./audit.ts";
export type { ChainSummary } from "./chain.ts";
export { type FindingKind, findingKinds, type ReceiptFinding } from "./finding.ts";
export { readConfirmation } from "./read_confirmation.ts";
