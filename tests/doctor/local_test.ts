import { assertEquals, assertMatch } from "@std/assert";
import { defaultConfig } from "../../lib/config/mod.ts";
import type { Host } from "../../lib/doctor/host.ts";
import type { Context } from "../../lib/doctor/check.ts";
import { severing } from "../../lib/doctor/local/machine.ts";
import { Scene } from "../helpers/scene.ts";
import { examine } from "./examine.ts";
import { FakeEndpoint } from "./fake_endpoint.ts";

const port = 10401;
const hex = port.toString(16).toUpperCase();

/** The files of a kernel under which process 42 listens on the port. */
const kernel: Record<string, string> = {
  "/proc/net/tcp":
    `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n` +
    `   0: 0100007F:${hex} 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 777 1\n` +
    `   1: 0100007F:${hex} 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 778 1\n`,
  "/proc/42/comm": "heliograph\n",
  "/proc/42/limits":
    "Limit  Soft  Hard  Units\nMax open files            65535                65535                files\n",
  "/proc/42/status": "VmRSS:\t   65536 kB\n",
  "/proc/self/limits": "Max open files            65535                65535                files\n",
  "/proc/meminfo": "MemAvailable:    8000000 kB\n",
  "/proc/sys/net/ipv4/ip_local_port_range": "32768\t60999\n",
  "/proc/sys/net/core/somaxconn": "4096\n",
};

const folders: Record<string, readonly string[]> = {
  "/proc": ["1", "42", "self"],
  "/proc/1/fd": ["3"],
  "/proc/42/fd": ["0", "7"],
};

/** Process 1 is connected to the port, process 42 listens on it. */
const links: Record<string, string> = { "/proc/1/fd/3": "socket:[778]", "/proc/42/fd/7": "socket:[777]" };

function hostWith(files: Readonly<Record<string, string>>, more: Partial<Host> = {}): Partial<Host> {
  const all: Record<string, string> = { ...kernel, ...files };
  return {
    readSystem: (path) => Promise.resolve(all[path]),
    listSystem: (path) => Promise.resolve(folders[path] ?? []),
    linkSystem: (path) => Promise.resolve(links[path]),
    ...more,
  };
}

/** Nothing is asked of the network. */
const refused = {
  connect: () => Promise.reject(Object.assign(new Error("refused"), { code: "ECONNREFUSED" })),
};

Deno.test("doctor --local looks at the process behind the port, and at its limits", async () => {
  const host = hostWith({ "/run/x": "" }, {
    exists: (path) => Promise.resolve(path.startsWith("/run/systemd/timesync")),
  });
  const { code, ids, check } = await examine(["--local"], { host, network: refused });
  assertEquals([code, ids], [1, ["local-not-running"]]);
  assertEquals(check("process").summary, "process 42 (heliograph), 65535 open files, 64 MiB of memory");
  assertEquals(check("clock").summary, "synchronised by systemd-timesyncd");
  assertEquals([check("disk").status, check("key").status, check("kernel").status], ["ok", "ok", "ok"]);
});

Deno.test("doctor --local finds limits that a server would run into", async () => {
  const host = hostWith({
    "/proc/42/limits": "Max open files            1024                 524288               files\n",
    "/proc/meminfo": "MemAvailable:    8000000 kB\n",
    "/sys/fs/cgroup/memory.max": "268435456\n",
    "/sys/fs/cgroup/memory.current": "260000000\n",
    "/proc/sys/net/core/somaxconn": "128\n",
    "/proc/sys/net/netfilter/nf_conntrack_count": "65000\n",
    "/proc/sys/net/netfilter/nf_conntrack_max": "65536\n",
  }, {
    modeOf: () => Promise.resolve(0o100644),
    disk: () => Promise.resolve({ free: 1000, total: 2 ** 30 }),
    exists: (path) => Promise.resolve(path === "/run/systemd/timesync"),
  });
  const { ids } = await examine(["--local"], { host, network: refused });
  assertEquals(ids, [
    "local-not-running",
    "files-short",
    "memory-low",
    "disk-full",
    "key-readable",
    "clock-unsynchronised",
    "kernel-backlog",
    "kernel-conntrack",
  ]);
});

Deno.test("doctor --local says that a gateway runs, or that another program has its port", async () => {
  await using scene = await Scene.start();
  const { port } = new URL(scene.server.url);
  const running = await examine(["--local"], { env: { HELIOGRAPH_PORT: port } });
  assertEquals([running.code, running.check("port").status], [0, "ok"]);
  await using other = new FakeEndpoint((call) => call.answer("200 OK", {}, "<html>"));
  const foreign = await examine(["--local"], { env: { HELIOGRAPH_PORT: String(other.port) } });
  assertEquals([foreign.code, foreign.ids], [1, ["local-foreign"]]);
});

Deno.test("doctor says what it cannot see, and why", async () => {
  const blind: Partial<Host> = {
    readSystem: () => Promise.resolve(undefined),
    listSystem: () => Promise.resolve([]),
    disk: () => Promise.resolve(undefined),
  };
  const linux = await examine(["--local"], { host: blind, network: refused });
  assertMatch(linux.check("machine").summary, /cannot read \/proc: grant/);
  assertMatch(linux.check("disk").summary, /grant --allow-sys=statfs/);
  const darwin = await examine(["--local"], { host: { ...blind, os: "darwin" }, network: refused });
  assertEquals(darwin.check("kernel").summary, "limits are read from /proc, which darwin does not have");
});

Deno.test("doctor's fast form takes the server of the configuration, with TLS where it has a certificate", async () => {
  const asked: string[] = [];
  const network = {
    connectTls: ({ address, port }: { address: string; port: number }) => {
      asked.push(`${address}:${port}`);
      return Promise.reject(new Error("seen"));
    },
  };
  const env = {
    HELIOGRAPH_HOST: "::",
    HELIOGRAPH_TLS_CERT: "cert.pem",
    HELIOGRAPH_TLS_KEY: "key.pem",
  };
  const { doctor } = await import("./examine.ts");
  assertEquals((await doctor(["--fast"], { env, network })).code, 2);
  assertEquals(asked, [`::1:${defaultConfig().port}`]);
});

Deno.test("doctor --local says where the runtime cannot cut off clients that do not answer", async () => {
  const [able, unable] = await Promise.all(
    [true, false].map((severs) => severing(() => Promise.resolve(severs)).run({} as Context)),
  );
  assertEquals([able?.findings ?? [], unable?.findings?.map(({ id }) => id)], [[], ["cannot-sever"]]);
});
