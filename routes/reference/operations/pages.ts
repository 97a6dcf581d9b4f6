import { operatorExamples } from "../schemas/operators.ts";
import { type Operation, refusals } from "./operation.ts";

const { health } = operatorExamples;
const upgraded = { description: "A WebSocket; the AsyncAPI document says what is spoken on it" };
const html = { description: "A page", type: "text/html" };
const json = { description: "The document", type: "application/json" };

/** Pages, health, and where WebSockets connect. */
export const pageOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/ws/health",
    tag: "Health",
    summary: "How the gateway does",
    answers: {
      200: { description: "It takes clients", schema: "Health", example: health },
      503: {
        description: "It drains, or cannot store",
        schema: "Health",
        example: { ...health, status: "draining" },
      },
    },
  },
  {
    method: "get",
    path: "/healthz",
    tag: "Health",
    summary: "Whether the process should go on",
    answers: {
      200: { description: "It should", schema: "Status", example: { status: "ok", reasons: [] } },
      503: {
        description: "It should be restarted",
        schema: "Status",
        example: { status: "restart", reasons: ["the event loop stands still"] },
      },
    },
  },
  {
    method: "get",
    path: "/readyz",
    tag: "Health",
    summary: "Whether clients should be sent here",
    answers: {
      200: { description: "They should", schema: "Status", example: { status: "online", reasons: [] } },
      503: {
        description: "They should not",
        schema: "Status",
        example: { status: "draining", reasons: ["the server is draining"] },
      },
    },
  },
  {
    method: "get",
    path: "/metrics",
    tag: "Health",
    summary: "Metrics for Prometheus",
    answers: { 200: { description: "The metrics", type: "text/plain" }, ...refusals(403, 404) },
  },
  {
    method: "get",
    path: "/",
    tag: "Pages",
    summary: "The dashboard, or a WebSocket for streams",
    answers: { 101: upgraded, 200: html, ...refusals(400, 403, 426, 503) },
  },
  {
    method: "get",
    path: "/ws",
    tag: "Pages",
    summary: "A WebSocket for miners",
    answers: { 101: upgraded, ...refusals(400, 403, 426, 503) },
  },
  {
    method: "get",
    path: "/ws/stream",
    tag: "Pages",
    summary: "A WebSocket for streams",
    answers: { 101: upgraded, ...refusals(400, 403, 426, 503) },
  },
  {
    method: "get",
    path: "/socket.io/",
    tag: "Pages",
    summary: "Socket.IO: long polling, or a WebSocket",
    answers: {
      101: upgraded,
      200: { description: "Engine.IO packets", type: "text/plain" },
      ...refusals(400, 403, 426, 503),
    },
  },
  {
    method: "post",
    path: "/socket.io/",
    tag: "Pages",
    summary: "Socket.IO: packets of a client that polls",
    answers: { 200: { description: "Taken", type: "text/html" }, ...refusals() },
  },
  {
    method: "get",
    path: "/assets/{name}",
    tag: "Pages",
    summary: "What the dashboard loads",
    parameters: { name: "file name" },
    answers: {
      200: { description: "The file", type: "*/*" },
      304: { description: "The client has it already" },
      ...refusals(404),
    },
  },
  {
    method: "get",
    path: "/docs",
    tag: "Pages",
    summary: "This reference for people",
    answers: { 200: html, 304: { description: "The client has it already" }, ...refusals() },
  },
  {
    method: "get",
    path: "/docs/openapi.json",
    tag: "Pages",
    summary: "This reference of the HTTP requests",
    answers: { 200: json, 304: { description: "The client has it already" }, ...refusals() },
  },
  {
    method: "get",
    path: "/docs/asyncapi.json",
    tag: "Pages",
    summary: "The reference of the WebSocket messages",
    answers: { 200: json, 304: { description: "The client has it already" }, ...refusals() },
  },
];
