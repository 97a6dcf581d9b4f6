import { nginxEvents } from "./examples.ts";
import type { FindingKind } from "./finding_kind.ts";

/** Server-sent events and long polls. */
export const eventsFindings = {
  "events-buffered": {
    severity: "error",
    title: "Server-sent events are held back",
    cause: "A proxy gathers the answer before it passes it on, so events come late, in bunches or never.",
    fix: "Switch buffering and compression off for these paths.",
    example: nginxEvents,
  },
  "events-compressed": {
    severity: "warning",
    title: "Server-sent events are compressed on the way",
    cause: "A proxy compresses the stream; compressors hold events back until they have enough of them.",
    fix: "Exclude text/event-stream from compression.",
    example: nginxEvents,
  },
  "events-failed": {
    severity: "error",
    title: "Server-sent events do not come through",
    cause:
      "The path is answered with an error or with another content type, while the gateway says that it has streams.",
    fix: "Let the proxy pass /api/v1/ on as it is.",
    example: nginxEvents,
  },
  "events-stale": {
    severity: "warning",
    title: "The streams have no fresh data",
    cause: "The gateway cannot reach the node whose data it streams.",
    fix: "Start the node, and check --rpc_url.",
    example: `curl http://127.0.0.1:9933 \\
  -d '{"jsonrpc": "2.0", "id": 1, "method": "net.peers"}'`,
  },
  "poll-cut": {
    severity: "error",
    title: "Long polls are cut",
    cause:
      "A request that waits for news ends with an error or without an answer before its time: a proxy waits less long.",
    fix: "Let the proxy wait longer than the 60 s that a poll may take.",
    example: "proxy_read_timeout 600s;    # nginx\ntimeout server 600s         # HAProxy",
  },
} as const satisfies Record<string, FindingKind>;
