/** What of this repository is installed by itself, from npm. */
export interface Package {
  readonly name: string;
  readonly description: string;
  readonly keywords: readonly string[];
  /** Where its README stands. */
  readonly folder: string;
  /** By the name after the package's; `.` is the package itself. */
  readonly exports: Readonly<Record<string, string>>;
  /** Modules that are started, and not imported. */
  readonly workers: readonly string[];
  /** What whoever installs it has already, or does without. */
  readonly optionalPeers: Readonly<Record<string, string>>;
  /** What its types are checked against. */
  readonly runtime: "browser" | "deno";
  readonly engines: Readonly<Record<string, string>>;
}

/** All of them. */
export const packages: readonly Package[] = [
  {
    name: "@heliograph/client",
    description:
      "Miners, live streams and inscription jobs of a Heliograph gateway, in Node, browsers and Deno",
    keywords: ["heliograph", "bittensor", "websocket", "miner", "realtime", "react", "hedera"],
    folder: "lib/client",
    exports: {
      ".": "lib/client/mod.ts",
      "./react": "lib/client/react.ts",
      "./crypto": "lib/crypto/mod.ts",
      "./protocol": "lib/protocol/package.ts",
    },
    workers: ["lib/crypto/crypto_worker.ts"],
    optionalPeers: { react: ">=18", ws: ">=8" },
    runtime: "browser",
    engines: { node: ">=20" },
  },
  {
    name: "@heliograph/engine-io",
    description: "Engine.IO and npm's socket.io on Deno.serve and Deno.upgradeWebSocket",
    keywords: ["deno", "engine.io", "socket.io", "websocket", "long-polling"],
    folder: "lib/socketio",
    exports: { ".": "lib/socketio/mod.ts" },
    workers: [],
    optionalPeers: {},
    runtime: "deno",
    engines: { deno: ">=2.4" },
  },
];
