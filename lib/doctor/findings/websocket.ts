import { nginxUpgrade } from "./examples.ts";
import type { FindingKind } from "./finding_kind.ts";

/** The upgrade, and what passes after it. */
export const websocketFindings = {
  "protocol-none": {
    severity: "error",
    title: "Neither WebSocket nor Socket.IO is spoken",
    cause:
      "HTTP is answered, but none of the usual paths takes an upgrade, and there is no Socket.IO: another program answers, the path is another, or a proxy strips the upgrade.",
    fix: "Check the path, and let the proxy pass upgrades on.",
    example: nginxUpgrade,
  },
  "protocol-socketio": {
    severity: "error",
    title: "The endpoint speaks Socket.IO, not plain WebSocket",
    cause:
      "Socket.IO has a handshake and frames of its own; plain WebSocket clients (wscat, Python's websockets) cannot talk to it, and it refuses them.",
    fix: "Connect with a Socket.IO client.",
    example: `import { io } from "socket.io-client";
io("https://HOST", { auth: { apiKey }, transports: ["websocket", "polling"] });`,
  },
  "protocol-other-path": {
    severity: "warning",
    title: "WebSockets are taken on another path",
    cause: "The path of the URL takes none, but another one does.",
    fix: "Use the path that answered.",
  },
  "upgrade-ignored": {
    severity: "error",
    title: "The upgrade is answered as an ordinary request",
    cause: "A proxy drops the Upgrade header, or the path serves a page: instead of 101 comes 200.",
    fix: "Let the proxy pass Upgrade and Connection on over HTTP/1.1.",
    example: nginxUpgrade,
  },
  "upgrade-stripped": {
    severity: "error",
    title: "The server sees no upgrade",
    cause:
      "It answers 426 or 400 to a correct handshake: a proxy between drops the Upgrade and Connection headers, or asks the server in HTTP/1.0 or HTTP/2.",
    fix: "Let the proxy pass Upgrade and Connection on over HTTP/1.1.",
    example: nginxUpgrade,
  },
  "upgrade-not-found": {
    severity: "error",
    title: "No WebSocket on this path",
    cause: "404 or 405: the path is wrong, or a proxy routes it elsewhere.",
    fix: "Miners connect to /ws, stream clients to /ws/stream or /; check which paths the proxy passes on.",
  },
  "upgrade-forbidden": {
    severity: "error",
    title: "The upgrade is forbidden",
    cause:
      "401 or 403: a proxy asks for a login, a firewall for web applications refuses upgrades, or the origin is not allowed.",
    fix: "Exclude the path from the rule; in Cloudflare switch WebSockets on (Network).",
  },
  "upgrade-origin": {
    severity: "note",
    title: "Browsers' upgrades are refused",
    cause: "With an Origin header, as browsers send it, the upgrade is refused; without one it is taken.",
    fix: "If web pages are to connect, name their origins.",
    example: "heliograph serve --websocket.allowed_origins=https://app.example.org",
  },
  "upgrade-failed": {
    severity: "error",
    title: "The upgrade fails",
    cause: "The server or a proxy answers the handshake with an error.",
    fix: "Look into the log of what answers; the status tells which part it is.",
  },
  "upgrade-cut": {
    severity: "error",
    title: "The connection ends during the upgrade",
    cause:
      "Ordinary requests are answered, but a handshake is cut or never answered: a firewall, a virus scanner or a proxy that knows no WebSockets.",
    fix: "Use TLS (wss://), which nothing between can read, or HTTP where that does not help.",
    example: "heliograph miner --websocket_enabled=False ...",
  },
  "upgrade-accept": {
    severity: "error",
    title: "The handshake is answered wrongly",
    cause:
      "101 comes with a Sec-WebSocket-Accept that does not belong to the key: a cache or a proxy answered, or the server is broken. Every client refuses that.",
    fix: "Exclude the path from caching; check what answers there.",
  },
  "frames-eaten": {
    severity: "error",
    title: "The upgrade succeeds, but no frame comes through",
    cause:
      "Something between takes the upgrade and then passes nothing on: a proxy or a virus scanner that buffers, or a proxy that lost its back end.",
    fix:
      "Use TLS (wss://), which nothing between can read; else fall back to HTTP, as this project's clients do by themselves.",
    example: "heliograph miner --websocket_enabled=False ...",
  },
  "frames-closed": {
    severity: "error",
    title: "The connection is closed right after the upgrade",
    cause: "The server takes the upgrade and refuses then; its close code and reason say why.",
    fix:
      'Do as the reason says: "Max connections reached" is a limit of the server, "Not authorized" is about the key, "Server closing connection" passes.',
    example:
      "heliograph serve --websocket.max_connections=20000 \\\n  --websocket.max_connections_per_address=5000",
  },
  "frames-no-pong": {
    severity: "warning",
    title: "Pings are not answered",
    cause:
      "Messages pass, but ping frames are not answered by a pong, which RFC 6455 demands: libraries that send pings take the connection for dead.",
    fix: "Check what ends the connection there; until then switch the pings of your library off.",
    example: "websockets.connect(url, ping_interval=None)    # Python",
  },
  "frames-invalid": {
    severity: "error",
    title: "Frames are broken",
    cause:
      "What comes after the upgrade is not what RFC 6455 allows; every client closes the connection then.",
    fix: "Check what ends the connection there, and whether a proxy changes what it passes on.",
  },
  "latency-high": {
    severity: "warning",
    title: "Round trips take long",
    cause: "The way is long or congested, or the server is busy.",
    fix: "Choose a server in your region, and check the load of the server.",
    example: "ping HOST\ntraceroute HOST",
  },
  "latency-uneven": {
    severity: "warning",
    title: "Some round trips take much longer than others",
    cause:
      "Packets are lost on the way, or the server pauses: it swaps, shares its processor, or is overloaded.",
    fix: "Check for packet loss, and the load of the server.",
    example: "ping -c 100 HOST | tail -3",
  },
  "heartbeat-lost": {
    severity: "error",
    title: "Heartbeats stay without an answer",
    cause:
      "The connection was up, but some heartbeat got no answer in time: the network drops, the server hangs, or it limits the rate of messages.",
    fix:
      "Check the network, and the load of the server; shorten the heartbeat interval so that it is noticed.",
    example: "heliograph miner --websocket_heartbeat_interval=30 ...",
  },
  "size-small": {
    severity: "warning",
    title: "Large messages are not taken",
    cause:
      "A message of 64 KiB, about that of a batch of 100 predictions, is refused: max_message_size is set low, or a proxy limits it.",
    fix:
      "Raise the limit on the server, and that of a proxy or firewall for web applications in front of it.",
    example: "heliograph serve --websocket.max_message_size=1MiB",
  },
  "idle-cut": {
    severity: "warning",
    title: "Idle connections are cut",
    cause:
      "A proxy, load balancer or NAT ends connections on which nothing is said for a while (nginx after 60 s, AWS load balancers 60 s, Cloudflare 100 s), without a word of the server.",
    fix: "Let it wait longer than the heartbeat interval, or let heartbeats come more often than it cuts.",
    example: `proxy_read_timeout 600s;    # nginx
timeout tunnel 600s         # HAProxy
heliograph serve --websocket.heartbeat_interval=25
heliograph miner --websocket_heartbeat_interval=25 ...`,
  },
  "idle-dead": {
    severity: "warning",
    title: "Idle connections die without a word",
    cause:
      "After some silence nothing passes any more, and nobody says so: a firewall or NAT forgot the connection.",
    fix: "Let heartbeats come more often than it forgets.",
    example: "heliograph serve --websocket.heartbeat_interval=25",
  },
  "idle-closed": {
    severity: "note",
    title: "The server ends idle connections",
    cause:
      "It closed the connection with a code and a reason, so it is its own rule (--websocket.connection_timeout on a gateway).",
    fix: "Nothing, for clients that send heartbeats.",
  },
} as const satisfies Record<string, FindingKind>;
