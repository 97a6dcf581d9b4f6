/**
 * What a module of handlers works with, which `--websocket.handlers` names: its default export gets a {@link Validator}.
 * @module
 */
export type { ExactJson, ExactObject } from "../protocol/mod.ts";
export type { CustomMessage, Handler, HandlerContext, HandlerHost as Validator } from "./handlers.ts";
