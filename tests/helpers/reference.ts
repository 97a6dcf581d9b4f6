import { allRoutes } from "../../routes/mod.ts";
import { type Reference, referenceOf } from "../../routes/reference/reference.ts";
import { startGateway } from "./gateway.ts";

/** What a gateway's routes say of themselves. */
export async function readReference(): Promise<Reference> {
  await using server = await startGateway();
  return referenceOf(allRoutes(server.gateway).routes);
}
