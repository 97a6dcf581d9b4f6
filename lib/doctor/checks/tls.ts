import { type Check, type Context, fine, found, type Outcome, patience, skipped } from "../check.ts";
import { bounded } from "../dial.ts";
import type { Finding } from "../findings.ts";
import { type Certificate, isFor } from "../net/certificate.ts";
import type { CertifiedLink, TlsRefusal } from "../net/link.ts";
import { codeOf, duration, reasonOf, shown } from "../shown.ts";

const day = 86_400_000;
/** In days: whoever renews automatically has done so long before. */
const soon = 14;

/** Shakes hands over TLS and looks at the certificate. */
export const tls: Check = {
  id: "tls",
  async run(context) {
    const { target, known, network, stopwatch, ca, signal } = context;
    if (!target.secure) return skipped("the URL asks for none");
    const { host, port } = target;
    const start = stopwatch();
    try {
      return await bounded(context, patience.handshake, async (scope) => {
        const link = await scope.keep(
          network.connectTls({ address: known.address ?? host, port, host, ca, signal: scope.signal }),
        );
        return await judge(context, link, stopwatch() - start, scope.signal);
      });
    } catch (error) {
      signal.throwIfAborted();
      const id = codeOf(error) === "ERR_SSL_WRONG_VERSION_NUMBER" ? "tls-not-spoken" : "tls-handshake";
      const detail = id === "tls-not-spoken" ? `port ${port} answers without TLS` : reasonOf(error);
      return found(id, detail, { unreachable: true });
    }
  },
};

async function judge(
  context: Context,
  link: CertifiedLink,
  took: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const { known, target: { host, port }, network, ca } = context;
  const { certificate, distrust } = link;
  const seen = certificate === undefined
    ? aboutRefusal(await network.verifyTls({ address: host, port, host, ca, signal }))
    : [...aboutTime(certificate, context.clock.now()), ...aboutHost(certificate, host)];
  const all = [...seen, ...aboutTrust(distrust, seen, certificate)];
  known.trusted = all.every(({ id }) => id === "tls-expires-soon");
  const facts = certificate === undefined ? {} : describe(certificate, context.clock.now());
  if (all.length > 0) return { summary: all.map(({ detail }) => detail).join("; "), findings: all, facts };
  if (certificate === undefined) {
    return fine("the certificate is trusted (this runtime does not tell until when)");
  }
  const days = Math.floor((certificate.validTo - context.clock.now()) / day);
  const from = certificate.issuer === "" ? "" : `, by ${shown(certificate.issuer, 40)}`;
  return fine(`${days} days left${from}, handshake in ${duration(took)}`, facts);
}

function aboutTime({ validFrom, validTo }: Certificate, now: number): Finding[] {
  if (now > validTo) {
    return [{ id: "tls-expired", detail: `expired ${days(now - validTo)} ago, on ${date(validTo)}` }];
  }
  if (now < validFrom) {
    return [{
      id: "tls-not-yet-valid",
      detail: `valid in ${days(validFrom - now)}, from ${date(validFrom)} on`,
    }];
  }
  if (validTo - now > soon * day) return [];
  return [{ id: "tls-expires-soon", detail: `${days(validTo - now)} left, until ${date(validTo)}` }];
}

function aboutHost(certificate: Certificate, host: string): Finding[] {
  if (isFor(host, certificate)) return [];
  const { names, subject } = certificate;
  const others = (names.length > 0 ? names : [subject]).slice(0, 5).map((name) => shown(name, 60)).join(", ");
  return [{ id: "tls-wrong-host", detail: `it is for ${others || "no host"}, not for ${host}` }];
}

/** What the verification objects to, where nothing else explains it. */
function aboutTrust(
  distrust: string | undefined,
  seen: readonly Finding[],
  certificate: Certificate | undefined,
): Finding[] {
  if (distrust === undefined || distrust === "ERR_TLS_CERT_ALTNAME_INVALID") return [];
  if (distrust === "CERT_HAS_EXPIRED" || distrust === "CERT_NOT_YET_VALID") {
    if (seen.some(({ id }) => id === "tls-expired" || id === "tls-not-yet-valid")) return [];
    return [{ id: "tls-expired", detail: "a certificate of its chain has expired" }];
  }
  if (distrust === "DEPTH_ZERO_SELF_SIGNED_CERT") {
    return [{ id: "tls-self-signed", detail: "signed by nobody but itself" }];
  }
  const by = certificate === undefined ? "" : `signed by ${shown(certificate.issuer, 60)}, `;
  return [{ id: "tls-untrusted", detail: `${by}which leads to no trusted authority` }];
}

const refusals: Record<TlsRefusal, Finding> = {
  "expired": { id: "tls-expired", detail: "expired" },
  "not-yet-valid": { id: "tls-expired", detail: "not valid yet" },
  "wrong-host": { id: "tls-wrong-host", detail: "it is for another host" },
  "self-signed": { id: "tls-self-signed", detail: "signed by nobody but itself" },
  "untrusted": { id: "tls-untrusted", detail: "it leads to no trusted authority" },
};

/** Where the certificate itself cannot be seen. */
function aboutRefusal(refusal: TlsRefusal | undefined): Finding[] {
  return refusal === undefined ? [] : [refusals[refusal]];
}

function describe({ subject, issuer, names, validFrom, validTo }: Certificate, now: number) {
  return {
    subject: shown(subject),
    issuer: shown(issuer),
    names: names.slice(0, 20).map((name) => shown(name)),
    valid_from: new Date(validFrom).toISOString(),
    valid_to: new Date(validTo).toISOString(),
    days_left: Math.floor((validTo - now) / day),
  };
}

function days(milliseconds: number): string {
  const count = Math.floor(milliseconds / day);
  return count === 0 ? "less than a day" : count === 1 ? "1 day" : `${count} days`;
}

function date(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
