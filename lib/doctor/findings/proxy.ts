import { nginxForwarded } from "./examples.ts";
import type { FindingKind } from "./finding_kind.ts";

/** What a proxy does not tell the gateway, or does not let through. */
export const proxyFindings = {
  "proxy-host": {
    severity: "warning",
    title: "The gateway does not learn which host was asked for",
    cause:
      "A proxy asks the gateway in a name of its own, without the port perhaps: so the gateway names addresses that clients cannot reach where it tells them where to connect (`/inscriptions/websocket-servers`).",
    fix: "Let the proxy pass Host on as it came, or X-Forwarded-Host; or give the gateway its --public_url.",
    example: nginxForwarded,
  },
  "proxy-scheme": {
    severity: "warning",
    title: "The gateway does not learn whether TLS was spoken",
    cause:
      "A proxy ends TLS without X-Forwarded-Proto, or the gateway does not believe it: so the gateway names ws:// addresses where wss:// is meant.",
    fix: "Let the proxy set X-Forwarded-Proto, and name the proxy in --http.trusted_proxies.",
    example: nginxForwarded,
  },
  "proxy-address": {
    severity: "warning",
    title: "The gateway takes the proxy for its client",
    cause:
      "A proxy sets no X-Forwarded-For, or the gateway does not believe it: all clients have the proxy's address, share the limits of one, and cannot be told apart in the log.",
    fix: "Let the proxy set X-Forwarded-For, and name the proxy in --http.trusted_proxies.",
    example: nginxForwarded,
  },
  "proxy-forged": {
    severity: "error",
    title: "Clients can invent their address",
    cause:
      "The proxy passes on the X-Forwarded-For that a client sends, and the gateway believes it: limits for each address do not hold, and the log is wrong.",
    fix: "Let the proxy set X-Forwarded-For itself, whatever the client sent.",
    example: nginxForwarded,
  },
  "body-limit": {
    severity: "warning",
    title: "A proxy refuses files that the gateway takes",
    cause:
      "A proxy limits the bodies of requests, nginx to 1 MiB unless it is told otherwise: jobs with files above that fail with 413 over HTTP, and over Socket.IO by polling.",
    fix: "Raise the proxy's limit to 3 MiB, which a file of 2 MiB takes in base64.",
    example: "client_max_body_size 3m;    # nginx\nrequest_body { max_size 3MB }    # Caddy",
  },
} as const satisfies Record<string, FindingKind>;
