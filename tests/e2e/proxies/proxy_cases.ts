import { noOpenssl } from "../../helpers/certificates.ts";
import { testWith } from "../../helpers/programs.ts";
import { balanceCases } from "./balance_cases.ts";
import { boundaryCases } from "./boundary_cases.ts";
import { missing } from "./proxy_process.ts";
import type { ProxyKind } from "./proxy_kinds.ts";
import { trafficCases } from "./traffic_cases.ts";

/** Tests of a proxy by what they show. */
export type ProxyCases = (kind: ProxyKind) => Readonly<Record<string, () => Promise<void>>>;

/** Registers what every proxy with its shipped configuration must do. */
export function testProxy(kind: ProxyKind): void {
  for (const cases of [trafficCases, boundaryCases, balanceCases]) {
    for (const [name, run] of Object.entries(cases(kind))) {
      testWith(missing(kind) ?? noOpenssl, `behind ${kind.name}, ${name}`, run);
    }
  }
}
