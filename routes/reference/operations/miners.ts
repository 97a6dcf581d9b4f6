import { claimHeaders, confirmationsQuery, gamesQuery } from "../../miners/miners.ts";
import { exampleGame, minerExamples } from "../schemas/miners.ts";
import { type Operation, refusals } from "./operation.ts";

const confirmed = { confirmations: [minerExamples.confirmation] };

/** What miners do over plain HTTP. Protocol, section 3. */
export const minerOperations: readonly Operation[] = [
  {
    method: "post",
    path: "/api/v1/predictions",
    tag: "Miners",
    summary: "Submit predictions",
    description:
      'Takes the same signed message as a WebSocket: `data` is a TeamGamePrediction, or `{"predictions": [...]}` with up to 100. Answers with the signed confirmation, or `{"confirmations": [...]}` for a batch, once it is committed. The headers of Epistula 2 (`Epistula-Version`, `-Timestamp`, `-Uuid`, `-Signed-By`, `-Signed-For`, `-Request-Signature`) may sign the bare `data` instead.',
    body: { schema: "SignedMessage", example: minerExamples.prediction },
    answers: {
      200: {
        description: "Accepted, or a batch",
        schema: "PredictionsAnswer",
        example: minerExamples.confirmation,
      },
      409: {
        description: "Another prediction has this id, or the message was sent before",
        schema: "PredictionsAnswer",
        example: { message: "Not authorized", error: { code: "replayed", message: "Not authorized" } },
      },
      422: {
        description: "A rule failed; the confirmation says which",
        schema: "PredictionsAnswer",
        example: {
          ...minerExamples.confirmation,
          data: {
            prediction_id: "7b0c",
            hotkey: minerExamples.miner,
            status: "error",
            message: "Unknown game: 401",
            timestamp: minerExamples.confirmation.timestamp,
            epoch: "9f0c2a11",
            offset: 2,
          },
        },
      },
      ...refusals(400, 401, 403, 408, 413, 503),
    },
  },
  {
    method: "get",
    path: "/api/v1/games",
    tag: "Miners",
    summary: "Games, or those that changed",
    description:
      "With `since` waits up to `wait` seconds (60 at most) for news. The headers of Epistula 2 (`Epistula-Version`, `-Timestamp`, `-Uuid`, `-Signed-By`, `-Signed-For`, `-Request-Signature`) are checked where they are sent.",
    query: gamesQuery,
    answers: {
      200: {
        description: "The games",
        schema: "Games",
        example: { epoch: "9f0c2a11", offset: 42, games: [exampleGame] },
      },
      ...refusals(400, 401, 403, 409),
    },
  },
  {
    method: "get",
    path: "/api/v1/confirmations",
    tag: "Miners",
    summary: "Confirmations that a miner missed, and its uid",
    description:
      '`x-signature` covers the signed text of `{"hotkey", "nonce", "timestamp"}` with the values of the other headers. The headers of Epistula 2 (`Epistula-Version`, `-Timestamp`, `-Uuid`, `-Signed-By`, `-Signed-For`, `-Request-Signature`) may stand in place of all four.',
    query: confirmationsQuery,
    headers: claimHeaders,
    answers: {
      200: {
        description:
          "What follows `since`; without `epoch` from 0 on, or with `recovered` false, all that is kept. `next` is the `since` of the following page",
        schema: "MissedConfirmations",
        example: { uid: 7, epoch: "9f0c2a11", offset: 1, recovered: true, ...confirmed },
      },
      ...refusals(400, 401, 403, 409),
    },
  },
  {
    method: "post",
    path: "/api/v1/heartbeat",
    tag: "Miners",
    summary: "Say that one is there",
    description:
      "A signed heartbeat is answered with a signed message, any other or none with an unsigned one.",
    body: { schema: "AnyHeartbeat", example: minerExamples.heartbeat, optional: true },
    answers: {
      200: { description: "Heard", schema: "AnyHeartbeatAck", example: minerExamples.heartbeatAck },
      ...refusals(400, 401, 403, 408, 409, 413),
    },
  },
];
