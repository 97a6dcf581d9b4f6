import { clockSync, openFiles } from "./examples.ts";
import type { FindingKind } from "./finding_kind.ts";

/** The machine that the doctor, or the server, runs on. */
export const machineFindings = {
  "files-limit": {
    severity: "warning",
    title: "Few files may be open at once",
    cause: "Every connection is an open file, so this limit is one on connections.",
    fix: "Raise it for the server's process.",
    example: openFiles,
  },
  "memory-low": {
    severity: "warning",
    title: "Little memory is left",
    cause:
      "The machine, or the container, has little memory left; the kernel ends processes when there is none.",
    fix: "Stop what is not needed, or give the machine or container more.",
    example: "free -m\nps aux --sort=-rss | head",
  },
  "ports-few": {
    severity: "note",
    title: "Few ports are left for outgoing connections",
    cause: "Each connection from this machine to one server takes a port of this range.",
    fix: "Widen the range where one machine runs very many clients.",
    example: 'sysctl -w net.ipv4.ip_local_port_range="1024 65535"',
  },
  "local-not-running": {
    severity: "error",
    title: "No server runs here",
    cause: "Nothing listens on the configured host and port.",
    fix: "Start it, or name the configuration that it uses.",
    example: "heliograph serve\nheliograph doctor --local --config=FILE",
  },
  "local-foreign": {
    severity: "error",
    title: "Another program uses the port",
    cause: "Something listens on the configured port, but it is no gateway.",
    fix: "Stop it, or choose another port.",
    example: "ss -ltnp | grep 10401\nheliograph serve --port=10402",
  },
  "cannot-sever": {
    severity: "warning",
    title: "Connections that do not answer cannot be cut off",
    cause:
      "This version of Deno ends the TCP connection of a WebSocket only when its client answers the close, or the network gives up on it after some 15 minutes.",
    fix: "Run the server on Deno 2.9 or later, or put a proxy in front of it that cuts off idle connections.",
    example: "deno upgrade\nheliograph doctor --local",
  },
  "files-short": {
    severity: "error",
    title: "The limit of open files is below the limit of connections",
    cause:
      "The server will run out of files before it reaches --websocket.max_connections, and then takes no connection at all.",
    fix: "Raise the limit of open files above the number of connections, or lower the number of connections.",
    example: openFiles,
  },
  "disk-low": {
    severity: "warning",
    title: "Little disk space is left for the store",
    cause: "What is not stored is not confirmed: with a full disk predictions are refused.",
    fix: "Free space, or move the store (--store) to a larger disk.",
    example: "df -h\ndu -xh / | sort -h | tail",
  },
  "disk-full": {
    severity: "error",
    title: "The disk of the store is full",
    cause: "No commit succeeds, so nothing is confirmed.",
    fix: "Free space, or move the store (--store) to a larger disk.",
    example: "df -h\ndu -xh / | sort -h | tail",
  },
  "key-readable": {
    severity: "warning",
    title: "The validator's key can be read by others",
    cause:
      "The permissions of the key file let other users of this machine read it, and sign in the validator's name.",
    fix: "Let its owner alone read it.",
    example: "chmod 600 data/validator.key",
  },
  "clock-unsynchronised": {
    severity: "warning",
    title: "The clock is not synchronised",
    cause:
      "The service that keeps the time says that it has not done so; timestamps further than 300 s off are refused.",
    fix: "Let a service keep the time.",
    example: clockSync,
  },
  "kernel-backlog": {
    severity: "note",
    title: "The queue of new connections is short",
    cause: "When very many clients come back at once, those beyond net.core.somaxconn wait and try again.",
    fix: "Lengthen it where thousands of clients connect.",
    example: "sysctl -w net.core.somaxconn=4096",
  },
  "kernel-conntrack": {
    severity: "warning",
    title: "The table of tracked connections is nearly full",
    cause: "The firewall tracks connections; once its table is full, packets of new ones are dropped.",
    fix: "Enlarge the table.",
    example: "sysctl -w net.netfilter.nf_conntrack_max=262144",
  },
} as const satisfies Record<string, FindingKind>;
