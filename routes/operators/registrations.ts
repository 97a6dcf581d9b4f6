import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import {
  describeIssue,
  exampleMiner,
  hotkey,
  Kind,
  parseMessage,
  toldMiner,
  toPlain,
  valueBounds,
} from "../../lib/protocol/mod.ts";
import { dailyWagerLimit } from "../../lib/validator/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { maxOperatorBody, operator, readBody } from "../http/body.ts";
import { errorAnswer, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { adminRoute } from "./admin_route.ts";
import { describeMiners } from "./describe_miners.ts";
import { readHotkey } from "./read_hotkey.ts";

const minerSchema = z.strictObject({
  uid: z.number().int().min(0),
  blacklisted: z.boolean().default(false),
});

const miner = new Kind("Miner", () => minerSchema, { uid: 7, blacklisted: false });
const registration = new Kind(
  "Registration",
  () => z.looseObject({ hotkey: hotkey(), uid: z.number().int().min(0), blacklisted: z.boolean() }),
  { hotkey: exampleMiner, uid: 7, blacklisted: false },
);
const registrations = new Kind(
  "Registrations",
  () =>
    z.object({
      miners: z.array(toldMiner.schema),
      daily_wager_limit: z.number().describe("what a miner may wager on one UTC day"),
    }),
  {
    miners: [toldMiner.example],
    daily_wager_limit: 1000,
  },
);
const removal = new Kind(
  "Removal",
  () => z.looseObject({ hotkey: hotkey(), removed: z.boolean(), registered: z.boolean() }),
  { hotkey: exampleMiner, removed: true, registered: false },
);
const parameters = { hotkey: "the miner's SS58 address" };

/** Who may submit. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function registrationRoutes(gateway: Gateway): Hono<Env> {
  const { registry } = gateway.validator;
  return new Hono<Env>()
    .get(
      "/",
      adminRoute({
        summary: "List miners",
        answers: { 200: { description: "Those registered", kind: registrations } },
      }, async (context) =>
        answerJson(context, {
          miners: await describeMiners(gateway),
          daily_wager_limit: dailyWagerLimit,
        })),
    )
    .put(
      "/:hotkey",
      adminRoute({
        summary: "Register or blacklist a miner",
        description: "A miner that is blacklisted is disconnected at once.",
        parameters,
        body: { kind: miner },
        answers: {
          200: { description: "Registered", kind: registration },
          ...refusals(400, 408, 413),
        },
      }, async (context) => {
        const hotkey = readHotkey(context.req.param("hotkey"));
        const text = await readBody(context, gateway, { maxSize: maxOperatorBody, name: operator });
        const read = minerSchema.safeParse(toPlain(parseMessage(text, valueBounds.stranger)));
        if (!read.success) throw new BadRequest(`Invalid miner: ${describeIssue(read.error)}`);
        const registration = { hotkey, ...read.data };
        await registry.put(registration);
        return answerJson(context, registration);
      }),
    )
    .delete(
      "/:hotkey",
      adminRoute({
        summary: "Remove a miner",
        parameters,
        answers: {
          200: { description: "Removed; `registered`: the metagraph lists it still", kind: removal },
          ...refusals(400),
          404: {
            description: "It was not registered, or there is no admin token",
            kind: Kind.anyOf("RemovalOrError", [removal, errorAnswer]),
            example: { ...removal.example as object, removed: false },
          },
        },
      }, async (context) => {
        const hotkey = readHotkey(context.req.param("hotkey"));
        const removed = await registry.delete(hotkey);
        const registered = registry.find(hotkey) !== undefined;
        return answerJson(context, { hotkey, removed, registered }, removed ? 200 : 404);
      }),
    );
}
