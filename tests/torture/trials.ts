import { CutOffNetwork } from "./cut_off_network.ts";
import { deadClients, timeout } from "./dead_clients.ts";
import { noOpenssl } from "../helpers/certificates.ts";
import { inscribe, publishManyGames } from "./operator.ts";
import { floodOfPredictions, neighbour, otherValidator, replay, tinyWagers } from "./miner_trials.ts";
import { postgres } from "../helpers/postgres.ts";
import { hungDisk, lostStore, restoredBackup, stoppedProcess } from "./faults.ts";
import {
  frozenDatabase,
  frozenServer,
  fullDatabase,
  killedServers,
  lostDatabase,
  slowDatabase,
} from "./database_trials.ts";
import { LoopDisk } from "./loop_disk.ts";
import { cheap, type Trial } from "./trial.ts";

const threeHundred = { memory: 300, answer: 250 };
/** Thousands of requests at once take the runtime some 0.2 ms each, whatever they are answered. */
const burst = { memory: 300, answer: 5000 };
const privateFiles = ["--inscriptions.allow_private_urls=True"];

const withDatabase = { database: true, obstacle: () => Promise.resolve(postgres.missing) };

/** Everything that is tried, in its order. */
export const trials: readonly Trial[] = [
  {
    name: "idle-sockets",
    tried: "one address opens 1,300 WebSockets, says nothing and answers no close",
    bound: cheap,
    run: (stage) => stage.attack("idleSockets"),
  },
  {
    name: "ignored-closes",
    tried: "clients that the gateway closes do not answer, and read nothing",
    bound: cheap,
    flags: ["--websocket.auth_timeout=1", "--websocket.max_strangers_per_address=100"],
    run: (stage) => stage.attack("ignoredCloses"),
  },
  {
    name: "dead-clients",
    tried: "the packets of clients of every kind are lost from one moment on",
    bound: cheap,
    flags: [
      "--host=0.0.0.0",
      `--websocket.connection_timeout=${timeout}`,
      "--websocket.heartbeat_interval=5",
      "--socketio.ping_interval=5000",
      "--socketio.ping_timeout=10000",
    ],
    obstacle: () => CutOffNetwork.obstacle(),
    run: deadClients,
  },
  {
    name: "unfinished-frames",
    tried: "200 strangers send 63 MiB of a frame each, and not its end",
    bound: threeHundred,
    run: (stage) => stage.attack("unfinishedFrames"),
  },
  {
    name: "unfinished-fragments",
    tried: "the same, as the first fragment of a message",
    bound: threeHundred,
    run: (stage) => stage.attack("unfinishedFragments"),
  },
  {
    name: "costly-json",
    tried: "strangers send 1 MiB of tiny objects as an authentication, a ping, a heartbeat",
    bound: threeHundred,
    run: (stage) => stage.attack("costlyJson"),
  },
  {
    name: "unfinished-bodies",
    tried: "1,500 POSTs of 1 MiB without their last byte",
    bound: burst,
    run: (stage) => stage.attack("unfinishedBodies"),
  },
  {
    name: "crumbled-bodies",
    tried: "bodies come in chunks of a byte, and go on after the answer",
    bound: cheap,
    run: (stage) => stage.attack("crumbledBodies"),
  },
  {
    name: "unfinished-polling-posts",
    tried: "100 anonymous Socket.IO sessions send 3 MiB without the last byte",
    bound: threeHundred,
    run: (stage) => stage.attack("unfinishedPollingPosts"),
  },
  {
    name: "unread-answers",
    tried: "1,200 answers over HTTP/2 with a window of 0",
    bound: burst,
    async run(stage) {
      await publishManyGames(stage.server.url);
      stage.bystander.forget();
      return await stage.attack("unreadAnswers");
    },
  },
  {
    name: "long-polls",
    tried: "one address takes every place to wait for news",
    bound: burst,
    run: (stage) => stage.attack("longPolls"),
  },
  {
    name: "unread-downloads",
    tried: "four addresses begin 64 downloads and read none",
    bound: threeHundred,
    flags: ["--inscriptions.payment_delay=0"],
    async run(stage) {
      const topic = await inscribe(stage.server.url, 1_500_000);
      stage.bystander.forget();
      return await stage.attack("unreadDownloads", { topic });
    },
  },
  {
    name: "aborted-tls",
    tried: "event streams over TLS and HTTP/2 are cut off",
    bound: cheap,
    tls: true,
    obstacle: () => Promise.resolve(noOpenssl),
    run: (stage) => stage.attack("abortedTls"),
  },
  {
    name: "silent-tls",
    tried: "200 TCP connections to the TLS port say nothing, or half a greeting",
    bound: cheap,
    tls: true,
    obstacle: () => Promise.resolve(noOpenssl),
    run: (stage) => stage.attack("silentTls"),
  },
  {
    name: "forged-hosts",
    tried: "the Host header holds the path of the operator's API",
    bound: cheap,
    run: (stage) => stage.attack("forgedHosts"),
  },
  {
    name: "dripping-file",
    tried: "a file from a URL comes byte by byte, without end",
    bound: cheap,
    flags: privateFiles,
    run: (stage) => stage.attack("drippingFile"),
  },
  {
    name: "flood-of-predictions",
    tried: "a miner sends the largest predictions as fast as it may for 8 s",
    bound: threeHundred,
    run: floodOfPredictions,
  },
  {
    name: "tiny-wagers",
    tried: "a miner's wagers are too small to be counted",
    bound: cheap,
    run: tinyWagers,
  },
  {
    name: "other-validator",
    tried: "another validator hands on what was signed for it",
    bound: cheap,
    run: otherValidator,
  },
  {
    name: "neighbour",
    tried: "30 bad signatures name a miner, from its own address",
    bound: cheap,
    run: neighbour,
  },
  {
    name: "replay",
    tried: "an authentication is sent again after a SIGKILL",
    bound: cheap,
    run: replay,
  },
  {
    name: "removed-store",
    tried: "the files of the store are removed while it serves",
    bound: cheap,
    run: (stage) => lostStore(stage, "remove"),
  },
  {
    name: "truncated-store",
    tried: "the files of the store are cut to nothing",
    bound: cheap,
    run: (stage) => lostStore(stage, "truncate"),
  },
  {
    name: "overwritten-store",
    tried: "every third page of the store is overwritten",
    bound: cheap,
    run: (stage) => lostStore(stage, "overwrite"),
  },
  {
    name: "hung-disk",
    tried: "the store's disk stands still for 8 s",
    bound: cheap,
    flags: ["--store.min_free=10MiB"],
    ownDisk: true,
    obstacle: () => LoopDisk.obstacle(),
    run: hungDisk,
  },
  {
    name: "restored-backup",
    tried: "the server is killed, and goes on from a backup",
    bound: cheap,
    run: restoredBackup,
  },
  {
    name: "stopped-process",
    tried: "the process stands still for longer than a client may be silent",
    bound: { memory: cheap.memory, answer: 10_000 },
    flags: ["--websocket.heartbeat_interval=1", "--websocket.connection_timeout=3"],
    run: stoppedProcess,
  },
  {
    name: "killed-servers",
    tried: "three servers of one database are killed 30 times under load, and started again",
    bound: burst,
    ...withDatabase,
    run: killedServers,
  },
  {
    name: "frozen-server",
    tried: "a server stands still in a transaction that all wait for",
    bound: { memory: cheap.memory, answer: 3000 },
    ...withDatabase,
    run: frozenServer,
  },
  {
    name: "lost-database",
    tried: "the database crashes, and is gone for 30 s",
    bound: threeHundred,
    ...withDatabase,
    run: lostDatabase,
  },
  {
    name: "frozen-database",
    tried: "the database stands still for 30 s",
    bound: threeHundred,
    ...withDatabase,
    run: frozenDatabase,
  },
  {
    name: "slow-database",
    tried: "whatever is said to the database takes a second for 30 s",
    bound: threeHundred,
    ...withDatabase,
    run: slowDatabase,
  },
  {
    name: "full-database",
    tried: "the database has no room for 30 s",
    bound: threeHundred,
    ...withDatabase,
    ownDisk: true,
    flags: ["--store.min_free=10MiB"],
    obstacle: async () => postgres.missing ?? await LoopDisk.obstacle(),
    run: fullDatabase,
  },
];
