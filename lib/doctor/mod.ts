/**
 * The doctor: what is wrong with an endpoint, of a gateway or of anything else that speaks WebSocket or Socket.IO, and
 * with the machine that serves one. Who calls it says how its findings are shown.
 * @module
 */
export type { Check, Context, Surroundings } from "./check.ts";
export { endpointChecks } from "./checks/mod.ts";
export { describeFindings, type Finding, kindOf, listFindings, type Severity } from "./findings.ts";
export { examineHealth } from "./checks/health.ts";
export { systemHost } from "./host.ts";
export { localChecks } from "./local/mod.ts";
export { systemNetwork } from "./net/network.ts";
export { allFindings, type Done, exitCodeOf, type Reporter, type Status, statusOf, walk } from "./walk.ts";
export { duration } from "./shown.ts";
export { readTarget, type Target } from "./target.ts";
