import { inscriptionExamples } from "../schemas/inscriptions.ts";
import type { Channel } from "./message.ts";

/** Socket.IO events of inscription jobs, each with its one argument. Protocol, section 5. */
export const jobChannel: Channel = {
  name: "jobs",
  path: "/socket.io/",
  title: "Inscription jobs",
  description:
    "Socket.IO v4, default namespace, `auth: {apiKey}`; over WebSocket and long polling. Messages are events of the name given, with the payload as their argument. Events of clients are acknowledged by callback.",
  messages: [
    {
      name: "start-inscription",
      from: "client",
      summary: "Start a job",
      schema: "StartInscriptionEvent",
      example: inscriptionExamples.startEvent,
      answers: ["started", "refused"],
    },
    {
      name: "started",
      from: "gateway",
      summary: "The acknowledgement: the job is taken",
      schema: "InscriptionStarted",
      example: inscriptionExamples.started,
    },
    {
      name: "refused",
      from: "gateway",
      summary: "The acknowledgement: the request is refused",
      schema: "InscriptionRefused",
      example: inscriptionExamples.refused,
    },
    {
      name: "inscription-executed",
      from: "client",
      summary: "Say that a job's transaction is executed",
      schema: "InscriptionExecuted",
      example: inscriptionExamples.executed,
    },
    {
      name: "follow-inscription",
      from: "client",
      summary: "Follow a job, from an offset on",
      schema: "JobReference",
      example: inscriptionExamples.reference,
    },
    {
      name: "cancel-inscription",
      from: "client",
      summary: "End a job",
      schema: "JobReference",
      example: inscriptionExamples.reference,
    },
    {
      name: "inscription-progress",
      from: "gateway",
      summary: "How far a job is",
      schema: "InscriptionProgress",
      example: inscriptionExamples.progress,
    },
    {
      name: "inscription-complete",
      from: "gateway",
      summary: "A job ended well",
      schema: "InscriptionComplete",
      example: inscriptionExamples.complete,
    },
    {
      name: "inscription-error",
      from: "gateway",
      summary: "A job ended otherwise",
      schema: "InscriptionError",
      example: inscriptionExamples.error,
    },
  ],
};
