/**
 * The TCP ports that a server listens on, plain or with TLS: certificates that change, clients that say nothing, and which
 * proxies are believed.
 * @module
 */
export { CertificateFiles } from "./certificate_files.ts";
export { openPlainPort } from "./steady_server.ts";
export type { Port, PortAddress, PortHandler, PortInfo } from "./port.ts";
export { TlsPort } from "./tls_port.ts";
export { TrustedProxies } from "./trusted_proxies.ts";
