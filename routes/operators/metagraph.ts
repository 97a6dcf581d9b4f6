import { type Context, Hono } from "hono";
import { z } from "zod";
import { isAddress } from "../../lib/crypto/mod.ts";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { exampleMiner, hotkey, Kind, metagraphDifference } from "../../lib/protocol/mod.ts";
import { parseMetagraph, type Registration, type RegistryChange } from "../../lib/validator/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { operator, readBody } from "../http/body.ts";
import { refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { adminRoute } from "./admin_route.ts";

/** Bytes of a metagraph: some forty thousand miners. */
const maxSize = 4 * 1024 * 1024;

const metagraph = new Kind(
  "Metagraph",
  () =>
    z.object({
      miners: z.array(
        z.object({ hotkey: hotkey(), uid: z.number().int().min(0), blacklisted: z.boolean().optional() }),
      ),
    }),
  { miners: [{ hotkey: exampleMiner, uid: 7 }] },
);
const answers = {
  200: { description: "The difference", kind: metagraphDifference },
  ...refusals(400, 408, 413),
};

/** All miners at once, as a metagraph file has them. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function metagraphRoutes(gateway: Gateway): Hono<Env> {
  const { registry } = gateway.validator;
  return new Hono<Env>()
    .post(
      "/diff",
      adminRoute(
        {
          summary: "What importing a metagraph would change",
          description: "Changes nothing, so that a session of the console need not be unlocked for it.",
          body: { kind: metagraph },
          answers,
        },
        async (context) =>
          answerJson(context, describe(registry.compare(await readMiners(context, gateway)))),
      ),
    )
    .post(
      "/",
      adminRoute(
        {
          summary: "Import a metagraph",
          description:
            "Registers its miners and removes operators' other entries. Who is blacklisted or not registered any more is disconnected at once.",
          body: { kind: metagraph },
          answers,
        },
        async (context) =>
          answerJson(context, describe(await registry.replace(await readMiners(context, gateway)))),
      ),
    );
}

async function readMiners(context: Context<Env>, gateway: Gateway): Promise<Registration[]> {
  const text = await readBody(context, gateway, { maxSize, name: operator });
  try {
    return parseMetagraph(text, isAddress);
  } catch (error) {
    throw new BadRequest(`Invalid metagraph: ${(error as Error).message}`);
  }
}

/** A metagraph may say more of a miner. */
function describe({ added, changed, removed }: RegistryChange) {
  const told = ({ hotkey, uid, blacklisted }: Registration) => ({ hotkey, uid, blacklisted });
  return {
    added: added.map(told),
    changed: changed.map(({ before, now }) => ({ before: told(before), now: told(now) })),
    removed: removed.map(told),
  };
}
