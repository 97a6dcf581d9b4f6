/**
 * Family 2: clients that prove nothing and listen.
 * @module
 */
export { StreamSession } from "./stream_session.ts";
