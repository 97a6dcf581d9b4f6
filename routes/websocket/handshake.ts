import { BadRequest } from "../http/errors.ts";

/** 16 bytes in base64. */
const key = /^[A-Za-z\d+/]{22}==$/;

/**
 * Makes sure, before anything is upgraded, that a request asks for a WebSocket as RFC 6455 has it (section 4.2.1). What the
 * runtime checks by itself, that `Connection` says so too, is not checked again.
 *
 * @throws {BadRequest} 426 where it asks for none, or for another version; 400 where it does so wrongly
 */
export function checkHandshake({ headers }: Request): void {
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw upgradeRequired("upgrade required: connect here with a WebSocket");
  }
  if (headers.get("sec-websocket-version") !== "13") {
    throw upgradeRequired("the version of WebSocket has to be 13");
  }
  if (!key.test(headers.get("sec-websocket-key") ?? "")) {
    throw new BadRequest("Sec-WebSocket-Key is not 16 bytes in base64");
  }
  if (!headers.has("host")) throw new BadRequest("Host is missing");
}

function upgradeRequired(message: string): BadRequest {
  return new BadRequest(message, 426, "upgrade_required", {
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
  });
}
