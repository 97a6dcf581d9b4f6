import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import {
  anyHeartbeatAck,
  type Clock,
  confirmation,
  type Envelope,
  exampleRefusal,
  FirstSignal,
  heartbeatAck,
  isObject,
  Kind,
  maxStrangerSize,
  minerConversation,
  parseMessage,
  place,
  readEnvelope,
  Refusal,
  Rendered,
  renderSigned,
  signedMessage,
  teamGame,
  toPlain,
  valueBounds,
} from "../../lib/protocol/mod.ts";
import { type ConfirmationsPage, type Confirmed, isEpistula, readEpistula } from "../../lib/validator/mod.ts";
import { type Answers, Rendering } from "../http/answers.ts";
import { readBody } from "../http/body.ts";
import { documented, errorAnswer, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { count, readQuery, wait } from "../http/query.ts";
import { RenderCache } from "./render_cache.ts";
import { RequestLimit } from "../http/request_limit.ts";
import type { WaitingRoom } from "../http/waiting_room.ts";

const json = { "content-type": "application/json; charset=utf-8" };
/** What is added to a `miner_sequence` that `next` hands out as a `since`: no channel ever has such an offset. */
const receiptsFrom = 2 ** 40;
const mostConfirmations = 1000;

/** From where on games are asked for. */
const gamesQuery = z.object({
  since: count.optional(),
  epoch: z.string().max(64).optional(),
  wait: wait.optional(),
});
/** Whose confirmations are asked for, and from where on. */
const confirmationsQuery = gamesQuery.extend({
  hotkey: z.string().max(64),
  limit: count.pipe(z.number().min(1).max(mostConfirmations)).optional(),
});
/** The headers of a signed query. */
const claimHeaders = z.object({
  "x-hotkey": z.string().min(1).max(64),
  "x-timestamp": z.string().max(40),
  "x-nonce": z.string().min(1).max(128),
  "x-signature": z.string().regex(/^(?:0x)?[0-9a-fA-F]{128}$/, "expected 128 hex digits, with or without 0x"),
});

const confirmations = new Kind(
  "Confirmations",
  () => z.object({ confirmations: z.array(confirmation.schema) }),
  { confirmations: [confirmation.example] },
);
const predictionsAnswer = Kind.anyOf("PredictionsAnswer", [confirmation, confirmations, errorAnswer]);
const missedConfirmations = new Kind(
  "MissedConfirmations",
  () =>
    z.object({
      uid: z.number().int().describe("the miner's, by the validator's registry"),
      ...place(),
      recovered: z.boolean().describe("whether these are just what follows since"),
      confirmations: z.array(confirmation.schema),
      next: z.number().int().optional().describe("the since of the following page; absent on the last one"),
    }),
  { uid: 7, epoch: "9f0c2a11", offset: 1, recovered: true, confirmations: [confirmation.example] },
);
const gamesAnswer = new Kind(
  "Games",
  () =>
    z.object({
      ...place(),
      recovered: z.boolean().optional().describe(
        "where since was given: whether games are just what changed",
      ),
      games: z.array(teamGame.schema),
    }),
  { epoch: "9f0c2a11", offset: 42, games: [teamGame.example] },
);
const anyHeartbeat = new Kind(
  "AnyHeartbeat",
  () =>
    z.looseObject({
      type: z.literal("heartbeat").optional(),
      data: z.looseObject({}).optional(),
    }),
  minerConversation.messages.heartbeat.example,
);
const epistula =
  "The headers of Epistula 2 (`Epistula-Version`, `-Timestamp`, `-Uuid`, `-Signed-By`, `-Signed-For`, `-Request-Signature`)";

/** What miners do over plain HTTP where WebSockets do not get through. Protocol, section 3. */
export function minerRoutes(gateway: Gateway, waitingRoom: WaitingRoom, answers: Answers): Hono<Env> {
  const { validator, config, clock } = gateway;
  const maxSize = config["websocket.max_message_size"];
  const perMiner = new RequestLimit(config["websocket.rate_limit"], clock);
  const rendered = new RenderCache();

  const counted = ({ signer }: Pick<Envelope, "signer">) => () => perMiner.count(signer);

  /** A miner's receipts, from the first one kept on or where `since` is what a page's `next` said, after that page. */
  const receiptsPage = async (hotkey: string, since: number, limit: number): Promise<ConfirmationsPage> => {
    const { frames, next } = await validator.renewConfirmations(
      hotkey,
      Math.max(0, since - receiptsFrom),
      limit,
    );
    return { frames, next: next === undefined ? undefined : receiptsFrom + next };
  };

  return new Hono<Env>()
    .post(
      "/predictions",
      documented({
        tag: "Miners",
        summary: "Submit predictions",
        description:
          `Takes the same signed message as a WebSocket: \`data\` is a TeamGamePrediction, or \`{"predictions": [...]}\` with up to 100. Answers with the signed confirmation, or \`{"confirmations": [...]}\` for a batch, once it is committed. ${epistula} may sign the bare \`data\` instead.`,
        body: { kind: signedMessage },
        answers: {
          200: { description: "Accepted, or a batch", kind: predictionsAnswer },
          409: {
            description: "Another prediction has this id, or the message was sent before",
            kind: predictionsAnswer,
            example: { message: "Not authorized", error: { code: "replayed", message: "Not authorized" } },
          },
          422: {
            description: "A rule failed; the confirmation says which",
            kind: predictionsAnswer,
            example: exampleRefusal,
          },
          ...refusals(400, 401, 403, 408, 413, 503),
        },
      }, async (context) => {
        const text = await readBody(context, gateway, { maxSize });
        const envelope = readPrediction(context.req.header(), text, clock);
        if (envelope.type !== "prediction") {
          throw new Refusal("invalid_message", {
            detail: `type: expected prediction, got "${envelope.type}"`,
          });
        }
        const confirmed = await validator.submit(envelope, context.env.client, counted(envelope));
        return "predictions" in envelope.exactData ? answerBatch(confirmed) : answerOne(confirmed);
      }),
    )
    .get(
      "/games",
      documented({
        tag: "Miners",
        summary: "Games, or those that changed",
        description:
          `With \`since\` waits up to \`wait\` seconds (60 at most) for news. ${epistula} are checked where they are sent.`,
        query: gamesQuery,
        answers: { 200: { description: "The games", kind: gamesAnswer }, ...refusals(400, 401, 403, 409) },
      }, async (context) => {
        const { since, epoch, wait = 0 } = readQuery(gamesQuery, context.req.query());
        const headers = context.req.header();
        if (isEpistula(headers)) {
          const claim = readEpistula(headers, "", clock);
          await validator.admitOnce(claim, context.env.client, counted(claim));
        }
        const { games } = validator;
        const position = { epoch: epoch ?? games.position.epoch, offset: since ?? 0 };
        if (since !== undefined) await games.reach(position);
        if (since !== undefined && games.changedSince(position) !== null) {
          using first = new FirstSignal(context.req.raw.signal, gateway.ending);
          await waitingRoom.enter(
            context.env.client.address,
            () => games.next(since, 1000 * wait, first.signal),
          );
        }
        const changed = since === undefined ? null : games.changedSince(position);
        // Games leave the list as time goes by.
        const newest = games.position;
        const state = `${newest.offset} ${Math.floor(clock.elapsed() / 1000)}`;
        const rendering = rendered.get(
          state,
          changed === null ? `all ${since !== undefined}` : `${since}`,
          () =>
            renderSigned({
              ...newest,
              recovered: since === undefined ? undefined : changed !== null,
              games: changed ?? games.current(),
            }),
        );
        return new Response(answers.bodyOf(context.env, rendering), { headers: json });
      }),
    )
    .get(
      "/confirmations",
      documented({
        tag: "Miners",
        summary: "Confirmations that a miner missed, and its uid",
        description:
          `\`x-signature\` covers the signed text of \`{"hotkey", "nonce", "timestamp"}\` with the values of the other headers. ${epistula} may stand in place of all four.`,
        query: confirmationsQuery,
        headers: claimHeaders,
        answers: {
          200: {
            description:
              "What follows `since`; without `epoch` from 0 on, or with `recovered` false, all that is kept. `next` is the `since` of the following page",
            kind: missedConfirmations,
          },
          ...refusals(400, 401, 403, 409),
        },
      }, async (context) => {
        const query = readQuery(confirmationsQuery, context.req.query());
        const { hotkey, since = 0, epoch, limit = mostConfirmations } = query;
        const headers = context.req.header();
        const claim = isEpistula(headers) ? readEpistula(headers, "", clock) : readClaim(headers);
        if (claim.signer !== hotkey) throw new BadRequest("Invalid query: hotkey: expected the signer's");
        const { uid } = await validator.admitOnce(claim, context.env.client, counted(claim));
        const newest = await validator.positionOf(hotkey);
        // Without an epoch 0 is no position: it asks for everything that is kept.
        const missed = epoch === undefined && since === 0 ? "lost" : await validator.missedConfirmations(
          hotkey,
          { epoch: epoch ?? newest.epoch, offset: since },
          limit,
        );
        const { frames, next } = missed === "lost" ? await receiptsPage(hotkey, since, limit) : missed;
        const text = renderSigned({
          uid,
          ...newest,
          recovered: missed !== "lost",
          confirmations: frames.map((frame) => new Rendered(frame)),
          next,
        });
        return new Response(answers.bodyOf(context.env, new Rendering(text)), { headers: json });
      }),
    )
    .post(
      "/heartbeat",
      documented({
        tag: "Miners",
        summary: "Say that one is there",
        description:
          "A signed heartbeat is answered with a signed message, any other or none with an unsigned one.",
        body: { kind: anyHeartbeat, optional: true },
        answers: {
          200: { description: "Heard", kind: anyHeartbeatAck },
          ...refusals(400, 401, 403, 408, 409, 413),
        },
      }, async (context) => {
        const text = await readBody(context, gateway, { maxSize: Math.min(maxSize, maxStrangerSize) });
        const message = text.trim() === "" ? {} : parseMessage(text, valueBounds.stranger);
        if (!("signature" in message)) {
          const { data } = message;
          const ack = heartbeatAck.make(clock.now(), isObject(data) ? data["timestamp"] : undefined);
          const { timestamp } = ack.data;
          return new Response(renderSigned({ ...ack, timestamp }), { headers: json });
        }
        const envelope = readEnvelope(message);
        await validator.admit(envelope, context.env.client, counted(envelope));
        return new Response(await validator.acknowledge(envelope.exactData), { headers: json });
      }),
    );
}

/** A signed message, or the bare data of one that Epistula's headers sign. */
function readPrediction(headers: Record<string, string>, text: string, clock: Clock): Envelope {
  const message = parseMessage(text, valueBounds.miner);
  if (!isEpistula(headers)) return readEnvelope(message);
  const { validator, ...claim } = readEpistula(headers, text, clock);
  const data = toPlain(message) as Record<string, unknown>;
  return { ...claim, validator, type: "prediction", data, exactData: message };
}

function answerOne([confirmed]: readonly Confirmed[]): Response {
  if (confirmed === undefined) throw new Error("no confirmation");
  const { verdict, frame } = confirmed;
  const status = verdict.accepted ? 200 : verdict.reason === "conflict" ? 409 : 422;
  return new Response(frame, { status, headers: json });
}

function answerBatch(confirmed: readonly Confirmed[]): Response {
  const confirmations = confirmed.map(({ frame }) => new Rendered(frame));
  return new Response(renderSigned({ confirmations }), { headers: json });
}

/** The signed query of protocol section 3. */
function readClaim(headers: Record<string, string>) {
  const read = readQuery(claimHeaders, headers);
  const [signer, timestamp, nonce] = [read["x-hotkey"], read["x-timestamp"], read["x-nonce"]];
  const signedText = renderSigned({ hotkey: signer, nonce, timestamp });
  return { signer, timestamp, nonce, signature: read["x-signature"], signedText };
}
