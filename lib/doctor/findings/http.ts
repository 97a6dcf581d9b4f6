import type { FindingKind } from "./finding_kind.ts";

/** What plain requests are answered. */
export const httpFindings = {
  "http-no-answer": {
    severity: "error",
    title: "The connection is taken, but no HTTP answer comes",
    cause:
      "Something accepts connections and then says nothing: the server hangs or is overloaded, its back end is gone behind a port forwarding, or another protocol is spoken there.",
    fix:
      "On the server, check that it has processor time and memory and that its log goes on; check where the port leads.",
    example: `curl -v --max-time 10 http://HOST:10401/ws/health
top -bn1 | head -15
free -m`,
  },
  "http-cut": {
    severity: "error",
    title: "The connection ends without an answer",
    cause:
      "Something accepts connections and ends them: a proxy without a back end, a limit of connections, or a port that speaks TLS alone.",
    fix: "Try https:// or wss://, and look into the log of what listens there.",
  },
  "http-not-spoken": {
    severity: "error",
    title: "What answers does not speak HTTP",
    cause:
      "The answer is not one of HTTP/1.1: the port belongs to another program, or the server broke the protocol.",
    fix: "Check the port; for a port that speaks TLS use https:// or wss://.",
    example: "ss -ltnp | grep 10401",
  },
  "http-redirect": {
    severity: "error",
    title: "The endpoint redirects",
    cause:
      'WebSocket clients follow no redirect and end with an error such as "Unexpected server response: 308". A 301 or 308 mostly comes from a proxy that sends plain HTTP to HTTPS or adds a slash to the path.',
    fix:
      "Give clients the URL that the redirect names (wss:// instead of ws://), or exclude the WebSocket's path from the redirect.",
  },
  "http-redirect-loop": {
    severity: "error",
    title: "The endpoint redirects in a circle",
    cause:
      "The redirects lead nowhere. Often a CDN asks the origin over plain HTTP, and the origin redirects to HTTPS each time.",
    fix:
      'Let the CDN ask the origin over HTTPS (in Cloudflare: SSL/TLS mode "Full (strict)"), or end the redirect at the origin.',
  },
  "http-bad-gateway": {
    severity: "error",
    title: "502: the proxy gets no answer from its back end",
    cause:
      "The proxy runs; the gateway behind it is down, listens on another address or port, or ended the connection.",
    fix:
      "Start the gateway, and check from the proxy's machine that the address in the proxy's configuration is right.",
    example: `curl http://127.0.0.1:10401/ws/health    # on the proxy's machine
tail /var/log/nginx/error.log`,
  },
  "http-unavailable": {
    severity: "error",
    title: "503: the service is not available",
    cause:
      "A proxy has no healthy back end, the gateway drains or has WebSockets disabled, or it is overloaded.",
    fix: "Ask the gateway itself how it is, past the proxy.",
    example: "heliograph doctor http://127.0.0.1:10401    # on the gateway's machine",
  },
  "http-gateway-timeout": {
    severity: "error",
    title: "504: the back end takes too long for the proxy",
    cause:
      "The proxy reached its time limit before the gateway answered: the gateway hangs, or its address leads into nothing.",
    fix: "Check the gateway past the proxy; for long polling, let the proxy wait longer.",
    example: "proxy_read_timeout 600s;    # nginx\ntimeout server 600s         # HAProxy",
  },
  "http-cdn": {
    severity: "error",
    title: "The CDN cannot reach the origin",
    cause:
      "Statuses from 520 to 530 are Cloudflare's own: 521 the origin refuses, 522 it does not answer, 525 and 526 its certificate is not accepted.",
    fix:
      "Check the origin itself, past the CDN; allow the CDN's addresses in its firewall, and give it a valid certificate.",
    example: "heliograph doctor https://ORIGIN-ADDRESS",
  },
  "http-server-error": {
    severity: "error",
    title: "The server fails",
    cause: "It answers with a status of 500 or above, so what answers has a fault of its own.",
    fix: "Look into the log of the server, or of the proxy in front of it.",
    example: "journalctl -u heliograph -n 100",
  },
  "http-forbidden": {
    severity: "warning",
    title: "The server asks for a login, or refuses",
    cause:
      "A 401 or 403 comes from an authentication in a proxy, a firewall for web applications, or a list of allowed addresses.",
    fix: "Exclude the gateway's paths from that rule, or allow your address.",
  },
  "http-rate-limited": {
    severity: "warning",
    title: "429: too many requests",
    cause: "A limit on requests, of the gateway or of a proxy, is reached from this address.",
    fix:
      "Wait and try again; several clients behind one address share one limit, which the gateway's operator can raise.",
    example: "heliograph serve --http.rate_limit=2000",
  },
  "server-disabled": {
    severity: "error",
    title: "WebSockets are disabled on the server",
    cause: "The gateway runs with --websocket.enabled=False, so it takes HTTP alone.",
    fix: "Switch them on and restart, or let clients use HTTP.",
    example: "heliograph serve --websocket.enabled=True",
  },
  "server-draining": {
    severity: "warning",
    title: "The server is being stopped",
    cause: "It drains: it takes no new connections and tells its clients when to come back.",
    fix: "Wait until it has been started again.",
  },
  "server-offline": {
    severity: "error",
    title: "The server cannot serve",
    cause: "The gateway answers, but says that it is offline; mostly its store takes no commits.",
    fix: "Look into its log, and check the disk of its store.",
    example: "journalctl -u heliograph -n 100\nheliograph doctor --local",
  },
} as const satisfies Record<string, FindingKind>;
