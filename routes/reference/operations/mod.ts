import { axonOperations } from "./axon.ts";
import { inscriptionOperations } from "./inscriptions.ts";
import { minerOperations } from "./miners.ts";
import type { Operation } from "./operation.ts";
import { operatorOperations } from "./operators.ts";
import { pageOperations } from "./pages.ts";
import { streamOperations } from "./streams.ts";

export { type Answer, type Operation, type Tag, tags } from "./operation.ts";

/** Every request that the gateway takes, but for a second spelling of some. */
export const operations: readonly Operation[] = [
  ...minerOperations,
  ...axonOperations,
  ...streamOperations,
  ...inscriptionOperations,
  ...operatorOperations,
  ...pageOperations,
];

/** Where each inscription path is served too. */
export const secondPrefix = "/api";

/** The same requests under their second spelling. */
export const secondSpellings: readonly Operation[] = inscriptionOperations.map((operation) => ({
  ...operation,
  path: `${secondPrefix}${operation.path}`,
}));
