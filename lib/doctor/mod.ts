/**
 * The doctor: what is wrong with an endpoint, of a gateway or of anything else that speaks WebSocket or Socket.IO, and
 * with the machine that serves one. Who calls it says how its findings are shown.
 * @module
 */
export type { Check, Context, Outcome, Surroundings } from "./check.ts";
export { endpointChecks } from "./checks/mod.ts";
export { describeFindings, listFindings } from "./describe_findings.ts";
export { examineHealth, type HealthVerdict } from "./fast.ts";
export {
  type Finding,
  type FindingId,
  type FindingKind,
  findings,
  kindOf,
  type Severity,
} from "./findings.ts";
export { type Host, systemHost } from "./host.ts";
export { localChecks } from "./local/mod.ts";
export { type Network, systemNetwork } from "./net/network.ts";
export { allFindings, type Done, exitCodeOf, type Reporter, type Status, statusOf } from "./report.ts";
export { duration } from "./shown.ts";
export { readTarget, type Target } from "./target.ts";
export { walk } from "./walk.ts";
