import { dendriteHeaders } from "../../../lib/validator/mod.ts";
import { axonExamples } from "../schemas/axon.ts";
import { type Operation, refusals } from "./operation.ts";

const description =
  "The body is a synapse, the headers are those of Bittensor's `dendrite`. Its signature covers `{nonce}.{dendrite hotkey}.{axon hotkey}.{uuid}.{body hash}`; the axon's hotkey is this validator's. Answers have the headers `bt_header_axon_*`, `bt_header_axon_status_code` and `_status_message` among them.";

/** The usual refusals in the form that a dendrite reads. */
function axonRefusals(...statuses: number[]): Operation["answers"] {
  return Object.fromEntries(
    Object.entries(refusals(...statuses)).map(([status, answer]) => [
      status,
      { ...answer, schema: "AxonError", example: axonExamples.error },
    ]),
  );
}

/** What Bittensor's dendrite asks, under the classes that the settings name by default. Protocol, section 7. */
export const axonOperations: readonly Operation[] = [
  {
    method: "post",
    path: "/TeamGamePrediction",
    tag: "Bittensor",
    summary: "Submit a prediction as a synapse",
    description:
      `${description} The class is \`axon.prediction_class\`. Its \`required_hash_fields\` are \`axon.hash_fields\`, and a prediction that they do not cover is refused unless \`axon.unsigned_body\` is set.`,
    headers: dendriteHeaders,
    body: { schema: "PredictionSynapse", example: axonExamples.prediction },
    answers: {
      200: { description: "Accepted", schema: "PredictionSynapseAnswer", example: axonExamples.confirmed },
      ...axonRefusals(400, 401, 403, 408, 422, 503),
    },
  },
  {
    method: "post",
    path: "/GameData",
    tag: "Bittensor",
    summary: "Ask for the games as a synapse",
    description: `${description} The class is \`axon.games_class\`.`,
    headers: dendriteHeaders,
    body: { schema: "GamesSynapse", example: axonExamples.games },
    answers: {
      200: { description: "The games", schema: "GamesSynapseAnswer", example: axonExamples.answer },
      ...axonRefusals(400, 401, 403, 408, 503),
    },
  },
];
