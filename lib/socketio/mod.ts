/**
 * The Socket.IO server of npm, on Deno's own HTTP server and WebSockets.
 *
 * npm's `socket.io` brings rooms, acknowledgements, namespaces, middleware, connection state recovery and adapters, and needs
 * beneath it an Engine.IO server, which it takes from any that is handed to its `bind`. {@link EngineServer} is one for fetch:
 * a `Request` comes in, a `Response` goes out, WebSockets are `Deno.upgradeWebSocket`'s. It listens on no port, so that it
 * sits beside whatever else is served there: {@link createSocketServer} answers what `Deno.serve` is handed.
 *
 * Any Socket.IO client of version 3 or later connects, by long polling, by WebSocket, or by the one and then the other.
 * What travels is Engine.IO's protocol, revision 4, and Socket.IO's, revision 5, as the original speaks them:
 *
 * | | |
 * | --- | --- |
 * | transports | polling and WebSocket with the probed upgrade; JSONP, WebTransport and revision 3 are refused |
 * | heartbeats | from the server, every `pingInterval`, to be answered within `pingTimeout` |
 * | errors | `{"code", "message"}` with the original's numbers, for refused upgrades as well |
 * | static client files | none |
 * | compression, cookies | none |
 *
 * What the original leaves open is bounded here: sessions in all and of each address, what waits unsent for one of them,
 * messages a second, how deep they are nested. Who knows more of clients bounds each session by a {@link SessionPolicy}. Whoever breaks a bound loses the session; nobody else notices. Web pages of
 * all origins may connect, without credentials; once `origins` lists some, only those may, with credentials too, and
 * WebSockets are held to it as well.
 *
 * A plain WebSocket client that strays here is told so in a frame, and {@link looksLikeEngineIo} helps other endpoints to
 * recognize the opposite. Listeners of sockets are called by socket.io where nothing catches what they throw: wrap them in
 * {@link guarded}.
 *
 * Needs permission to read the environment, which one of socket.io's dependencies does when it is loaded.
 * @module
 */
export { type EngineErrorName, engineErrors, EngineFault, type FaultKind } from "./engine_errors.ts";
export { type EngineOptions, type PeerInfo } from "./engine_options.ts";
export type { EnginePacket, MessageData } from "./engine_packet.ts";
export { EngineServer } from "./engine_server.ts";
export { EngineSession, type SessionEvents } from "./engine_session.ts";
export type { SessionPolicy } from "./session_policy.ts";
export { createSocketServer, guarded, type SocketServer, type SocketServerOptions } from "./socket_server.ts";
export type { HandshakeRequest } from "./handshake_request.ts";
export { looksLikeEngineIo } from "./ask.ts";
export type { CloseReason, Transport } from "./transport.ts";
