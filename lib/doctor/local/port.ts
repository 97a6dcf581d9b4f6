import { type Check, fine, found } from "../check.ts";
import { askHealth } from "../checks/health.ts";
import { textOf } from "../json.ts";
import { codeOf, reasonOf } from "../reason.ts";
import { shown } from "../shown.ts";

/** Whether the configured port is the gateway's, somebody else's, or nobody's. */
export const port: Check = {
  id: "port",
  async run(context) {
    const { target: { host, port }, signal } = context;
    const where = `${host}:${port}`;
    try {
      const status = textOf((await askHealth(context))?.["status"]);
      if (status === undefined) return found("local-foreign", `what listens on ${where} is no gateway`);
      return fine(`a gateway listens on ${where}: ${shown(status, 20)}`, { status: shown(status, 20) });
    } catch (error) {
      signal.throwIfAborted();
      if (codeOf(error) === "ECONNREFUSED") return found("local-not-running", `nothing listens on ${where}`);
      return found("local-foreign", `${where}: ${reasonOf(error)}`);
    }
  },
};
