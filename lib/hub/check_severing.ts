import { logger } from "../telemetry/mod.ts";
import { canSever } from "./runtime_socket.ts";

const log = logger("websocket");

/** Finds out whether this runtime lets peers be cut off that do not answer, and says so where it does not. Never rejects. */
export async function checkSevering(): Promise<void> {
  try {
    if (await canSever()) return;
    log.warning(
      "Deno {version} cannot cut off WebSockets whose clients do not answer a close; each takes room from its own address until it is gone",
      { version: Deno.version.deno },
    );
  } catch (error) {
    log.debug("Cannot find out whether connections can be cut off: {error}", { error });
  }
}
