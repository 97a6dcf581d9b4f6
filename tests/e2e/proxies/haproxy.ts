import type { ProxyKind } from "./proxy_kind.ts";

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
