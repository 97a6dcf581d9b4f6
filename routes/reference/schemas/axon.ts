import { z } from "zod";
import { teamGamePredictionSchema } from "../../../lib/protocol/mod.ts";
import { exampleGame, examplePrediction, minerExamples, minerSchemas } from "./miners.ts";

const { Confirmation } = minerSchemas;
const prediction = teamGamePredictionSchema.shape;

/** What Bittensor's dendrite asks and is answered. Protocol, section 7. */
export const axonSchemas = {
  PredictionSynapse: z.looseObject({ ...prediction, name: z.string().optional() }),
  PredictionSynapseAnswer: z.looseObject({ ...prediction, confirmation: Confirmation }),
  GamesSynapse: z.looseObject({ name: z.string().optional() }),
  GamesSynapseAnswer: z.looseObject({
    epoch: z.string(),
    offset: z.number().int(),
    games: z.array(minerSchemas.TeamGame),
    gamedata_dict: z.record(z.string(), minerSchemas.TeamGame).optional()
      .describe("the games by their id, where the class has this field"),
  }),
  AxonError: z.looseObject({ message: z.string(), confirmation: Confirmation.optional() }),
};

/** One of each. */
export const axonExamples = {
  prediction: { name: "TeamGamePrediction", ...examplePrediction },
  confirmed: { name: "TeamGamePrediction", ...examplePrediction, confirmation: minerExamples.confirmation },
  games: { name: "GameData" },
  answer: { name: "GameData", epoch: "9f0c2a11", offset: 42, games: [exampleGame] },
  error: { message: "Not authorized: bad signature" },
};
