import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { accountId, type AccountLogin, loginSchema } from "../../lib/inscriptions/mod.ts";
import { Kind, parseMessage, toPlain, valueBounds } from "../../lib/protocol/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { readBody } from "../http/body.ts";
import { documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";

const maxBody = 8 * 1024;
const text = "Sign in to Heliograph as 0.0.1001, once, until 2026-11-21T08:05:00.000Z: 3q2-7w";

const challenge = new Kind("Challenge", () => z.object({ message: z.string() }), { message: text });
const login = new Kind("Login", () => loginSchema, {
  authData: { id: "0.0.1001", signature: "a28d".repeat(32), data: text, network: "testnet" },
  include: "apiKey",
});
const loggedIn = new Kind(
  "LoggedIn",
  () => z.object({ user: z.object({ id: z.string(), sessionToken: z.string() }), apiKey: z.string() }),
  { user: { id: "0.0.1001", sessionToken: "hg_zucP" }, apiKey: "hg_zucP" },
);

/** Where the signature of an account is exchanged for an API key. Protocol, section 5. */
export function accountRoutes(gateway: Gateway): Hono<Env> {
  const accounts = (): AccountLogin => {
    if (gateway.jobs.login !== undefined) return gateway.jobs.login;
    const message =
      "Accounts do not sign in here: the operator gives out API keys (--inscriptions.account_auth)";
    throw new BadRequest(message, 404, "not_found");
  };
  return new Hono<Env>()
    .use(async (context, next) => {
      context.header("Cache-Control", "no-store");
      await next();
    })
    .get(
      "/request-signature",
      documented({
        tag: "Inscriptions",
        summary: "What an account is to sign for an API key",
        description: "404 where accounts do not sign in (`inscriptions.account_auth`).",
        headers: z.object({ "x-session": accountId }),
        answers: {
          200: { description: "The text, for one answer within five minutes", kind: challenge },
          ...refusals(400, 404),
        },
      }, (context) => {
        const { address } = context.env.client;
        return answerJson(context, {
          message: accounts().challenge(context.req.header("x-session"), address),
        });
      }),
    )
    .post(
      "/authenticate",
      documented({
        tag: "Inscriptions",
        summary: "Exchange an account's signature for an API key",
        description: "All keys of an account stand for the same owner; the newest eight are in force.",
        body: { kind: login },
        answers: {
          200: { description: "The key", kind: loggedIn },
          ...refusals(400, 401, 404, 408, 413, 503),
        },
      }, async (context) => {
        const exchange = accounts();
        const body = await readBody(context, gateway, { maxSize: maxBody });
        const { account, key } = await exchange.authenticate(
          toPlain(parseMessage(body, valueBounds.stranger)),
        );
        return answerJson(context, { user: { id: account, sessionToken: key }, apiKey: key });
      }),
    );
}
