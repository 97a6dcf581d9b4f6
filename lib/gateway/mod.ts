/**
 * The composition root: {@link createGateway} wires a server from its configuration, {@link listen} opens its port.
 * @module
 */
export { createGateway, Gateway, type GatewayStatus } from "./gateway.ts";
export { type ListedServer, socketUrl } from "./instances.ts";
export { jobReference } from "./job_session.ts";
export { maxJobMessage } from "./job_sockets.ts";
export { type CreateApp, listen, type Listening, type Part } from "./listen.ts";
export { checkSevering } from "./severing.ts";
export type { CustomMessage, Handler, HandlerContext } from "../validator/mod.ts";
export type { PortInfo } from "./ports/port.ts";
export { TrustedProxies } from "./ports/trusted_proxies.ts";
export { type Config, defaultConfig, loadConfig } from "../config/mod.ts";
