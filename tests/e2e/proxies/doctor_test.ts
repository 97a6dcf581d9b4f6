import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { examine, type Examined } from "../../doctor/examine.ts";
import { noOpenssl } from "../../helpers/certificates.ts";
import { startGateway } from "../../helpers/gateway.ts";
import { TemporaryFolder } from "../../helpers/process.ts";
import { testWith } from "../../helpers/programs.ts";
import { Proxy } from "./proxy.ts";
import { nginx, type ProxyKind } from "./proxy_kinds.ts";
import { missing } from "./proxy_process.ts";

/** What the shipped configuration says, and what stands there instead. */
type Substitution = ReturnType<ProxyKind["substitutions"]>[number];

const bodySize: Substitution = ["client_max_body_size 3m;", ""];
const noHost: Substitution = ["proxy_set_header Host $http_host;", ""];
const noForwardedHost: Substitution = ["proxy_set_header X-Forwarded-Host $http_host;", ""];
const noScheme: Substitution = ["proxy_set_header X-Forwarded-Proto $scheme;", ""];
/** From an address of its own, since all are on one machine here. */
const noAddress: Substitution = ["proxy_set_header X-Forwarded-For $remote_addr;", ""];
const ownAddress: Substitution = ["proxy_http_version 1.1;", "proxy_http_version 1.1; proxy_bind 127.0.0.9;"];

/** nginx with the shipped configuration, but for some lines of it. */
function nginxBut(...changes: readonly Substitution[]): ProxyKind {
  return { ...nginx, substitutions: (place) => [...nginx.substitutions(place), ...changes] };
}

/** What the doctor says of a gateway behind nginx. */
async function examineBehind(kind: ProxyKind): Promise<Examined & { url: string; backEnd: string }> {
  await using gateway = await startGateway({ "http.trusted_proxies": ["loopback"] });
  await using proxy = await Proxy.start(kind, [gateway.url]);
  await using folder = await TemporaryFolder.make();
  const ca = `${folder.path}/ca.pem`;
  await Deno.writeTextFile(ca, proxy.authority);
  const examined = await examine([proxy.url, `--ca=${ca}`, "--skip=events,poll,heartbeat"], {
    stopwatch: () => 0,
  });
  return { ...examined, url: proxy.url, backEnd: new URL(gateway.url).host };
}

const ids = ({ check }: Examined, id: string) => check(id).findings.map((finding) => finding.id);

const cases: Readonly<Record<string, () => Promise<void>>> = {
  "doctor finds nothing wrong with the shipped configuration": async () => {
    const examined = await examineBehind(nginx);
    const { host } = new URL(examined.url);
    assertEquals([ids(examined, "proxy"), ids(examined, "upload")], [[], []]);
    assertEquals(examined.check("proxy").summary, `127.0.0.1 asks ${host}, by nginx`);
    assertEquals(examined.check("upload").summary, "bodies of 3 MiB are let through");
  },

  "doctor finds the limit of 1 MiB that nginx has for bodies": async () => {
    const examined = await examineBehind(nginxBut(bodySize));
    assertEquals(ids(examined, "upload"), ["body-limit"]);
    const { summary } = examined.check("upload");
    assertStringIncludes(summary, "413 Request Entity Too Large to a body of 2 MiB, 1 MiB is taken");
  },

  "doctor finds that Host is lost": async () => {
    const examined = await examineBehind(nginxBut(noHost, noForwardedHost));
    assertEquals(ids(examined, "proxy"), ["proxy-host"]);
    const [finding] = examined.check("proxy").findings;
    assertStringIncludes(finding?.detail ?? "", "the gateway was asked for gateways");
  },

  "doctor finds that Host has lost its port": async () => {
    const withoutPort: Substitution = ["proxy_set_header Host $http_host;", "proxy_set_header Host $host;"];
    const examined = await examineBehind(nginxBut(withoutPort, noForwardedHost));
    assertEquals(ids(examined, "proxy"), ["proxy-host"]);
  },

  "doctor finds that X-Forwarded-Proto is missing": async () => {
    const examined = await examineBehind(nginxBut(noScheme));
    assertEquals(ids(examined, "proxy"), ["proxy-scheme"]);
  },

  "doctor finds that X-Forwarded-For is missing, and that clients can invent it then": async () => {
    const examined = await examineBehind(nginxBut(noAddress, ownAddress));
    assertEquals(ids(examined, "proxy"), ["proxy-address", "proxy-forged"]);
    const [address] = examined.check("proxy").findings;
    assertStringIncludes(address?.detail ?? "", "takes us for 127.0.0.9, while it is reached at 127.0.0.1");
    assert(examined.code === 1);
  },
};

for (const [name, run] of Object.entries(cases)) {
  testWith(missing(nginx) ?? noOpenssl, `behind nginx, ${name}`, run);
}
