import { isIP } from "node:net";
import type { PeerCertificate, TLSSocket } from "node:tls";

/** What a certificate says. */
export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  /** Milliseconds since the Unix epoch. */
  readonly validFrom: number;
  readonly validTo: number;
  /** Names and addresses that it is for. */
  readonly names: readonly string[];
}

/** The certificate that a server showed; undefined where the runtime does not tell. */
export function certificateOf(socket: TLSSocket): Certificate | undefined {
  const peer = socket.getPeerCertificate(false);
  const [validFrom, validTo] = [Date.parse(peer.valid_from), Date.parse(peer.valid_to)];
  if (Number.isNaN(validTo)) return undefined;
  const names = (peer.subjectaltname ?? "").split(", ")
    .map((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? "")
    .filter((name) => name !== "");
  return { subject: nameOf(peer.subject), issuer: nameOf(peer.issuer), validFrom, validTo, names };
}

/** Whether a certificate is for a host. RFC 9525, section 6.3; an old one without names counts by its subject. */
export function isFor(host: string, { names, subject }: Certificate): boolean {
  const candidates = names.length > 0 ? names : [subject];
  if (isIP(host) !== 0) return candidates.some((name) => sameAddress(name, host));
  const wanted = host.toLowerCase().replace(/\.$/, "");
  const parent = wanted.slice(wanted.indexOf(".") + 1);
  return candidates.map((name) => name.toLowerCase())
    .some((name) => name === wanted || (wanted.includes(".") && name === `*.${parent}`));
}

function sameAddress(name: string, host: string): boolean {
  const plain = (address: string) => isIP(address) === 6 ? new URL(`http://[${address}]`).hostname : address;
  return plain(name) === plain(host);
}

function nameOf(parts: PeerCertificate["subject"] | undefined): string {
  const name: unknown = parts?.CN ?? parts?.O;
  return typeof name === "string" ? name : "";
}
