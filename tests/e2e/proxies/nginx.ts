import type { ProxyKind } from "./proxy_kind.ts";

const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

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
