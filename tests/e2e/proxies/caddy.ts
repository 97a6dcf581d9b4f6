import type { ProxyKind } from "./proxy_kind.ts";

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
