import type { Operation } from "../../http/documented.ts";
import { kindOf } from "../kind_of.ts";
import { axonOperations } from "./axon.ts";
import { inscriptionOperations } from "./inscriptions.ts";
import { minerOperations } from "./miners.ts";
import type { Operation as Named } from "./operation.ts";
import { operatorOperations } from "./operators.ts";
import { pageOperations } from "./pages.ts";

const withKind = <T extends { schema?: Parameters<typeof kindOf>[0] }>({ schema, ...rest }: T) => ({
  ...rest,
  ...schema === undefined ? {} : { kind: kindOf(schema) },
});

function operationOf({ body, answers, ...operation }: Named): Operation {
  return {
    ...operation,
    ...body === undefined ? {} : { body: { ...body, kind: kindOf(body.schema) } },
    answers: Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [status, withKind(answer)]),
    ),
  };
}

/** The requests of routes that do not tell themselves what they are. */
export const operations: readonly Operation[] = [
  ...minerOperations,
  ...axonOperations,
  ...inscriptionOperations,
  ...inscriptionOperations.map((operation) => ({ ...operation, path: `/api${operation.path}` })),
  ...operatorOperations,
  ...pageOperations,
].map(operationOf);
