/**
 * The composition root: {@link createGateway} wires a server from its configuration, {@link listen} opens its port.
 * @module
 */
export { createGateway, Gateway } from "./gateway.ts";
export { type CreateApp, listen, type Listening, type Part } from "./listen.ts";
export { type Config, defaultConfig } from "../config/mod.ts";
