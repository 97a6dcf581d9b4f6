/** What a proxy is started with. */
export interface Place {
  /** A folder of its own, with `cert.pem`, `key.pem` and `both.pem`. */
  readonly folder: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** The instances behind it, such as `127.0.0.1:40123`, with `+127.0.0.1:40124` where operators have a port of their own. */
  readonly instances: readonly string[];
}

/** What a file says, and what a test has there instead: ports, paths, users and instances. */
type Substitution = readonly [shipped: string, here: string];

/** A program that the shipped configuration of its own is for. */
export interface ProxyKind {
  readonly name: string;
  /** The configuration, below `deploy`. */
  readonly file: string;
  substitutions(place: Place): readonly Substitution[];
  /** What checks a configuration without running it. */
  check(config: string): readonly string[];
  /** What runs in the foreground, and ends on SIGTERM with all that it started. */
  run(config: string, folder: string): readonly string[];
  /** What it logs once it listens. */
  readonly ready: RegExp;
  /** What has it read its configuration again, and what it logs then; undefined where that cuts connections. */
  readonly reload: { readonly signal: Deno.Signal; readonly done: RegExp } | undefined;
}

/** Caddy, which gets its own certificates where it is not given any. */
export const caddy: ProxyKind = {
  name: "Caddy",
  file: "caddy/Caddyfile",
  substitutions: ({ folder, httpPort, httpsPort, instances }) => [
    [
      "(gateways) {",
      `{\n\tadmin unix/${folder}/admin.sock\n\tauto_https disable_redirects\n` +
      `\thttp_port ${httpPort}\n\thttps_port ${httpsPort}\n}\n\n(gateways) {`,
    ],
    ["reverse_proxy 127.0.0.1:10401 {", `reverse_proxy ${instances.join(" ")} {`],
    ["http://gateway.example.org {", `http://127.0.0.1:${httpPort} {`],
    [
      "https://gateway.example.org {",
      `https://127.0.0.1:${httpsPort} {\n\ttls ${folder}/cert.pem ${folder}/key.pem`,
    ],
  ],
  check: (config) => ["caddy", "validate", "--adapter", "caddyfile", "--config", config],
  run: (config) => ["caddy", "run", "--adapter", "caddyfile", "--config", config],
  ready: /serving initial configuration/,
  reload: undefined,
};

/** HAProxy, run by a master process as Debian's service does. */
export const haproxy: ProxyKind = {
  name: "HAProxy",
  file: "haproxy/haproxy.cfg",
  substitutions: ({ folder, httpPort, httpsPort, instances }) => [
    ["\tuser haproxy\n\tgroup haproxy\n\tchroot /var/lib/haproxy\n", ""],
    // Only root may raise the number of open files that this would take.
    ["maxconn 32768", "maxconn 1000"],
    ["log /dev/log local0", "log stderr format raw local0"],
    ["\tbind :80\n", `\tbind 127.0.0.1:${httpPort}\n`],
    ["\tbind :::80 v6only\n", ""],
    [
      "\tbind :443 ssl crt /etc/haproxy/heliograph.pem",
      `\tbind 127.0.0.1:${httpsPort} ssl crt ${folder}/both.pem`,
    ],
    ["\tbind :::443 v6only ssl crt /etc/haproxy/heliograph.pem alpn h2,http/1.1\n", ""],
    [
      "\tserver one 127.0.0.1:10401\n",
      instances.map((address, index) => `\tserver instance${index} ${address}\n`).join(""),
    ],
  ],
  check: (config) => ["haproxy", "-c", "-f", config],
  run: (config) => ["haproxy", "-W", "-f", config],
  ready: /Loading success/,
  reload: { signal: "SIGUSR2", done: /Proxy web stopped/ },
};

const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

/** HAProxy as `deploy/compose/cluster.yaml` starts it: without TLS, and the operators' port in place of that of TLS. */
export const composeHaproxy: ProxyKind = {
  ...haproxy,
  name: "HAProxy of the compose file",
  file: "compose/haproxy.cfg",
  substitutions: ({ httpPort, httpsPort, instances }) => [
    ["maxconn 30000", "maxconn 1000"],
    ["log stdout", "log stderr"],
    [" resolvers containers init-addr last,libc,none", ""],
    ["resolvers containers\n\tnameserver docker 127.0.0.11:53\n\thold valid 1s\n", ""],
    ["\tbind :10401\n", `\tbind 127.0.0.1:${httpPort}\n`],
    ["\tbind :10402\n", `\tbind 127.0.0.1:${httpsPort}\n`],
    ...["one", "two", "three"].flatMap((name, index): Substitution[] => {
      const [clients = "", operators = ""] = (instances[index] ?? "").split("+");
      return [
        [`${name}:10401`, clients],
        [`${name}:10402`, operators],
      ];
    }),
  ],
  reload: undefined,
};

/** nginx, whose own distribution knows no health checks and no cookies for sessions. */
export const nginx: ProxyKind = {
  name: "nginx",
  file: "nginx/heliograph.conf",
  substitutions: ({ folder, httpPort, httpsPort, instances }) => [
    // Other users cannot enter the folder.
    ["user www-data;", "user root;"],
    ["pid /run/nginx.pid;", `pid ${folder}/nginx.pid;`],
    ["http {", `http { ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}`],
    [
      "server 127.0.0.1:10401 max_fails=0;",
      instances.map((address) => `server ${address} max_fails=0;`).join(" "),
    ],
    ["listen 80;", `listen 127.0.0.1:${httpPort};`],
    ["listen [::]:80;", ""],
    ["listen 443 ssl http2;", `listen 127.0.0.1:${httpsPort} ssl http2;`],
    ["listen [::]:443 ssl http2;", ""],
    ["/etc/letsencrypt/live/gateway.example.org/fullchain.pem", `${folder}/cert.pem`],
    ["/etc/letsencrypt/live/gateway.example.org/privkey.pem", `${folder}/key.pem`],
  ],
  check: (config) => ["nginx", "-t", "-e", "stderr", "-c", config],
  run: (config, folder) => [
    "nginx",
    "-e",
    "stderr",
    "-p",
    folder,
    "-c",
    config,
    "-g",
    "daemon off; error_log stderr notice;",
  ],
  ready: /start worker process \d/,
  reload: { signal: "SIGHUP", done: /gracefully shutting down/ },
};
