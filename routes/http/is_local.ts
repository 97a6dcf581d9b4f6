import type { Context } from "hono";
import type { Env } from "./env.ts";

/** Headers by which proxies say for whom they ask. */
const proxyHeaders = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/** What no name on the Internet can be: an address, or a name that every machine keeps for itself. */
const ownName = /^(?:\d+\.\d+\.\d+\.\d+|\[[\da-f:.]+\]|(?:[\w-]+\.)*localhost)(?::\d+)?$/i;

/**
 * Whether the client itself is on this machine: a proxy on it asks for others, and so does a browser for a page whose own
 * name was made to lead here. Such a page cannot have a number or `localhost` for a name.
 */
export function isLocal({ req, env }: Context<Env>): boolean {
  if (proxyHeaders.some((name) => req.header(name) !== undefined)) return false;
  if (env.client.host !== null && !ownName.test(env.client.host)) return false;
  return /^(?:127\.|::1$|::ffff:127\.|local$)/.test(env.client.address);
}
