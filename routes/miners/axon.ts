import { type Context, Hono } from "hono";
import { z } from "zod";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Gateway } from "../../lib/gateway/mod.ts";
import {
  confirmation,
  type Envelope,
  type ExactJson,
  type ExactObject,
  Kind,
  parseMessage,
  Refusal,
  Rendered,
  renderSigned,
  teamGame,
  teamGamePrediction,
  teamGamePredictionSchema,
  toPlain,
  valueBounds,
} from "../../lib/protocol/mod.ts";
import {
  axonText,
  dendriteHeaders,
  type DendriteRequest,
  readDendrite,
  RisingNonces,
  synapseHash,
} from "../../lib/validator/mod.ts";
import { readBody } from "../http/body.ts";
import { type Answer, documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { answerError } from "../http/errors.ts";
import { RequestLimit } from "../http/request_limit.ts";

/** What every synapse has, whatever its class: no fields of a prediction. */
const synapseFields = [
  "name",
  "timeout",
  "total_size",
  "header_size",
  "dendrite",
  "axon",
  "computed_body_hash",
];
/** The field that the signed confirmation is answered in; a class that has it sends it empty. */
const answerField = "confirmation";
const longestMessage = 256;

/** What a class of synapses is answered: a status, and fields beside those that came. */
interface Served {
  readonly status: number;
  readonly message: string;
  readonly fields: ExactObject;
}

const predictionSynapse = new Kind(
  "PredictionSynapse",
  () => z.looseObject({ ...teamGamePredictionSchema.shape, name: z.string().optional() }),
  { name: "TeamGamePrediction", ...teamGamePrediction.example as object },
);
const predictionAnswer = new Kind(
  "PredictionSynapseAnswer",
  () => z.looseObject({ ...teamGamePredictionSchema.shape, confirmation: confirmation.schema }),
  { ...predictionSynapse.example as object, confirmation: confirmation.example },
);
const gamesSynapse = new Kind(
  "GamesSynapse",
  () => z.looseObject({ name: z.string().optional() }),
  { name: "GameData" },
);
const gamesAnswer = new Kind(
  "GamesSynapseAnswer",
  () =>
    z.looseObject({
      epoch: z.string(),
      offset: z.number().int(),
      games: z.array(teamGame.schema),
      gamedata_dict: z.record(z.string(), teamGame.schema).optional()
        .describe("the games by their id, where the class has this field"),
    }),
  { name: "GameData", epoch: "9f0c2a11", offset: 42, games: [teamGame.example] },
);
const axonError = new Kind(
  "AxonError",
  () => z.looseObject({ message: z.string(), confirmation: confirmation.schema.optional() }),
  { message: "Not authorized: bad signature" },
);
const description =
  "The body is a synapse, the headers are those of Bittensor's `dendrite`. Its signature covers `{nonce}.{dendrite hotkey}.{axon hotkey}.{uuid}.{body hash}`; the axon's hotkey is this validator's. Answers have the headers `bt_header_axon_*`, `bt_header_axon_status_code` and `_status_message` among them.";

/** The usual refusals in the form that a dendrite reads. */
function axonRefusals(...statuses: number[]): Record<number, Answer> {
  return Object.fromEntries(
    Object.entries(refusals(...statuses)).map(([status, { description }]) => [
      status,
      { description, kind: axonError },
    ]),
  );
}

/** The requests of Bittensor's `dendrite`: predictions, and questions for the games. Protocol, section 7. */
export function axonRoutes(gateway: Gateway): Hono<Env> {
  const { validator, config, clock } = gateway;
  const maxSize = config["websocket.max_message_size"];
  const hashFields = config["axon.hash_fields"]?.split(",") ?? Object.keys(teamGamePredictionSchema.shape);
  const perMiner = new RequestLimit(config["websocket.rate_limit"], clock);
  const nonces = new RisingNonces(clock);
  const uuid = crypto.randomUUID();

  const granted = (request: DendriteRequest) => () => {
    nonces.use(request);
    perMiner.count(request.claim.signer);
  };

  /** Serves a request by its class: the cheap checks first, the body only of those who may send one. */
  const serve =
    (answer: (request: DendriteRequest, body: ExactObject, context: Context<Env>) => Promise<Served>) =>
    async (context: Context<Env>): Promise<Response> => {
      const startedAt = clock.elapsed();
      const request = readDendrite(context.req.header());
      validator.registered(request.claim.signer);
      nonces.check(request);
      const body = parseMessage(await readBody(context, gateway, { maxSize }), valueBounds.miner);
      const { status, message, fields } = await answer(request, body, context);
      const headers = await answerHeaders(request, {
        status,
        message,
        seconds: (clock.elapsed() - startedAt) / 1000,
      });
      const text = renderSigned(status === 200 ? { ...body, ...fields } : { message, ...fields });
      return new Response(text, { status, headers });
    };

  const predict = serve(async (request, body, context) => {
    const prediction = predictionOf(body);
    if (!config["axon.unsigned_body"]) checkCovered(request, body, { prediction, hashFields });
    const envelope: Envelope = {
      ...request.claim,
      validator: request.claim.validator,
      type: "prediction",
      data: toPlain(prediction) as Record<string, unknown>,
      exactData: prediction,
    };
    const [confirmed] = await validator.submit(envelope, context.env.client, granted(request));
    if (confirmed === undefined) throw new Error("no confirmation");
    const { verdict, frame } = confirmed;
    const fields = { [answerField]: new Rendered(frame) };
    if (verdict.accepted) return { status: 200, message: "Success", fields };
    return { status: 422, message: verdict.message, fields };
  });

  const tellGames = serve(async (request, body, context) => {
    await validator.admitOnce(request.claim, context.env.client, granted(request));
    const { games } = validator;
    const fields = { ...games.position, ...gamesFor(body, games.current()) };
    return { status: 200, message: "Success", fields };
  });

  async function answerHeaders(
    { headers, claim }: DendriteRequest,
    { status, message, seconds }: { status: number; message: string; seconds: number },
  ): Promise<Record<string, string>> {
    const axon = validator.address;
    const nonce = String(BigInt(clock.now()) * 1_000_000n);
    const signature = await validator.sign(axonText(nonce, claim.signer, axon, uuid));
    const sent = Object.entries(headers).filter(([name, value]) =>
      name.startsWith("bt_") && value !== undefined
    );
    return {
      "content-type": "application/json; charset=utf-8",
      ...Object.fromEntries(sent) as Record<string, string>,
      computed_body_hash: headers.computed_body_hash,
      ...headers.timeout === undefined ? {} : { timeout: headers.timeout },
      bt_header_axon_hotkey: axon,
      bt_header_axon_nonce: nonce,
      bt_header_axon_uuid: uuid,
      bt_header_axon_signature: `0x${signature}`,
      bt_header_axon_process_time: String(seconds),
      ...statusHeaders(status, message),
    };
  }

  return new Hono<Env>()
    .onError(answerAxonError)
    .post(
      `/${config["axon.prediction_class"]}`,
      documented({
        tag: "Bittensor",
        summary: "Submit a prediction as a synapse",
        description:
          `${description} The class is \`axon.prediction_class\`. Its \`required_hash_fields\` are \`axon.hash_fields\`, and a prediction that they do not cover is refused unless \`axon.unsigned_body\` is set.`,
        headers: dendriteHeaders,
        body: { kind: predictionSynapse },
        answers: {
          200: { description: "Accepted", kind: predictionAnswer },
          ...axonRefusals(400, 401, 403, 408, 422, 503),
        },
      }, predict),
    )
    .post(
      `/${config["axon.games_class"]}`,
      documented({
        tag: "Bittensor",
        summary: "Ask for the games as a synapse",
        description: `${description} The class is \`axon.games_class\`.`,
        headers: dendriteHeaders,
        body: { kind: gamesSynapse },
        answers: {
          200: { description: "The games", kind: gamesAnswer },
          ...axonRefusals(400, 401, 403, 408, 503),
        },
      }, tellGames),
    );
}

/** The prediction in a synapse: its fields without those that every synapse has. */
function predictionOf(body: ExactObject): ExactObject {
  const fields = Object.entries(body).filter(([name, value]) =>
    !synapseFields.includes(name) && !(name === answerField && value === null)
  );
  return Object.assign(Object.create(null), Object.fromEntries(fields));
}

/** Throws where the signature does not cover all of the prediction. */
function checkCovered(
  { bodyHash }: DendriteRequest,
  body: ExactObject,
  { prediction, hashFields }: { prediction: ExactObject; hashFields: readonly string[] },
): void {
  const uncovered = Object.keys(prediction).find((name) => !hashFields.includes(name));
  if (uncovered !== undefined) {
    const detail =
      `the signature does not cover the field ${uncovered}: it is not among required_hash_fields`;
    throw new Refusal("not_authorized", { detail });
  }
  if (synapseHash(body, hashFields) === bodyHash) return;
  const detail = `computed_body_hash is not that of the fields; required_hash_fields are ${
    hashFields.join(", ")
  }`;
  throw new Refusal("not_authorized", { detail });
}

/** The games as a list, and by their id where the class has a field for that. */
function gamesFor(body: ExactObject, games: readonly ExactJson[]): ExactObject {
  if (!("gamedata_dict" in body)) return { games };
  const byId = games.map((game) => [(toPlain(game) as { game_id: string }).game_id, game] as const);
  return { games, gamedata_dict: Object.fromEntries(byId) };
}

function statusHeaders(status: number, message: string): Record<string, string> {
  return {
    bt_header_axon_status_code: String(status),
    bt_header_axon_status_message: message.slice(0, longestMessage).replace(/[^ -~]/g, "?"),
  };
}

/** A dendrite knows fewer statuses than we do. */
const statuses: Record<number, ContentfulStatusCode> = { 409: 401, 413: 400 };

function answerAxonError(error: Error, context: Context): Response | Promise<Response> {
  if (!(error instanceof Refusal)) return answerError(error, context);
  const { message, retryAfterMs } = error;
  const status = statuses[error.status] ?? error.status as ContentfulStatusCode;
  if (retryAfterMs !== undefined) context.header("Retry-After", String(Math.ceil(retryAfterMs / 1000)));
  return context.json({ message }, status, statusHeaders(status, message));
}
