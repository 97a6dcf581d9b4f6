/** What the server tells a route beside the request. */
export interface Env {
  Bindings: { info: Deno.ServeHandlerInfo };
}

/** The peer's address. */
export function addressOf({ remoteAddr }: Deno.ServeHandlerInfo): string {
  return "hostname" in remoteAddr ? remoteAddr.hostname : "local";
}
