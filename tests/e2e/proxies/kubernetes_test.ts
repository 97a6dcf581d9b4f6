import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseAll } from "@std/yaml";
import { z } from "zod";
import { loadConfig } from "../../../lib/config/mod.ts";
import { startGateway } from "../../helpers/gateway.ts";
import { type Outcome, runToEnd } from "../../helpers/process.ts";
import { testWith } from "../../helpers/programs.ts";

const files = {
  "of one server": { file: "heliograph.yaml", cluster: false },
  "of several": { file: "cluster.yaml", cluster: true },
};
const deploy = `${import.meta.dirname}/../../../deploy`;
const chart = `${deploy}/helm/heliograph`;

const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const port = z.object({ name: z.string(), containerPort: z.number() });
const variable = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.object({ secretKeyRef: z.object({ name: z.string(), key: z.string() }) }).optional(),
});
const container = z.object({
  env: z.array(variable),
  ports: z.array(port),
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) }),
  resources: z.object({ requests: z.object({ cpu: z.string(), memory: z.string() }) }),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal("ALL")]) }),
  }),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
});
const named = z.object({ name: z.literal("heliograph") });
const labels = z.object({ app: z.literal("heliograph") });
const selector = z.object({ matchLabels: labels });
const template = z.object({
  metadata: z.object({ labels }),
  spec: z.object({
    terminationGracePeriodSeconds: z.number(),
    securityContext: z.object({
      runAsNonRoot: z.literal(true),
      runAsUser: z.literal(65532),
      seccompProfile: z.object({ type: z.literal("RuntimeDefault") }),
    }),
    containers: z.tuple([container]),
    volumes: z.array(z.object({
      name: z.string(),
      secret: z.object({ items: z.array(z.object({ key: z.string(), path: z.string() })) }).optional(),
    })),
  }),
});
const statefulSet = z.object({
  kind: z.literal("StatefulSet"),
  metadata: named,
  spec: z.object({
    replicas: z.literal(1),
    serviceName: z.literal("heliograph-admin"),
    selector,
    template,
    volumeClaimTemplates: z.array(z.object({ metadata: z.object({ name: z.string() }) })),
  }),
});
const deployment = z.object({
  kind: z.literal("Deployment"),
  metadata: named,
  spec: z.object({
    // How many there are is the autoscaler's.
    replicas: z.never().optional(),
    strategy: z.object({
      rollingUpdate: z.object({ maxSurge: z.literal(1), maxUnavailable: z.literal(0) }),
    }),
    selector,
    template,
  }),
});
const disruptionBudget = z.object({
  kind: z.literal("PodDisruptionBudget"),
  spec: z.object({ maxUnavailable: z.literal(1), selector }),
});
const autoscaler = z.object({
  kind: z.literal("HorizontalPodAutoscaler"),
  spec: z.object({
    scaleTargetRef: z.object({ kind: z.literal("Deployment"), name: z.literal("heliograph") }),
    minReplicas: z.literal(3),
    maxReplicas: z.literal(10),
    metrics: z.tuple([z.object({ resource: z.object({ name: z.enum(["cpu", "memory"]) }) })]),
  }),
});
const service = z.object({
  kind: z.literal("Service"),
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    selector: labels,
    ports: z.array(z.object({ name: z.string(), targetPort: z.string() })),
  }),
});
const ingress = z.object({
  kind: z.literal("Ingress"),
  metadata: z.object({ annotations: z.record(z.string(), z.string()) }),
  spec: z.object({
    rules: z.array(z.object({
      http: z.object({
        paths: z.array(z.object({
          backend: z.object({
            service: z.object({ name: z.string(), port: z.object({ name: z.string() }) }),
          }),
        })),
      }),
    })),
  }),
});
const part = z.discriminatedUnion("kind", [
  statefulSet,
  deployment,
  disruptionBudget,
  autoscaler,
  service,
  ingress,
]);

type Part = z.infer<typeof part>;

/** The parts of a file, by what they are. */
async function readParts(file: string) {
  const parts = z.array(part).parse(await parseAll(await Deno.readTextFile(`${deploy}/kubernetes/${file}`)));
  const all = <K extends Part["kind"]>(kind: K) =>
    parts.filter((each): each is Extract<Part, { kind: K }> => each.kind === kind);
  const [servers] = [...all("StatefulSet"), ...all("Deployment")];
  const [way] = all("Ingress");
  if (servers === undefined || way === undefined) throw new Error(`${file} is not whole`);
  return {
    all,
    kinds: parts.map(({ kind }) => kind),
    servers,
    pod: servers.spec.template.spec,
    ingress: way,
  };
}

/** What stands for a secret, such as the URL of the store. */
const secrets: Readonly<Record<string, string>> = {
  "admin-token": "an-admin-token-for-tests",
  store: "postgres://heliograph:secret@database/heliograph",
};

/** What the gateway makes of the variables that the pod gives it. */
function configOf({ env }: z.infer<typeof container>) {
  const given = env.map((
    { name, value, valueFrom },
  ) => [name, value ?? secrets[valueFrom?.secretKeyRef.key ?? ""]]);
  return loadConfig({ flags: [], env: Object.fromEntries(given), readFile: Deno.readTextFileSync }).config;
}

for (const [what, { file, cluster }] of Object.entries(files)) {
  Deno.test(`in Kubernetes, the variables ${what} are settings of the gateway, and its ports are theirs`, async () => {
    const { pod: { containers: [pod], volumes } } = await readParts(file);
    const config = configOf(pod);
    const ports = Object.fromEntries(pod.ports.map(({ name, containerPort }) => [name, containerPort]));
    assertEquals(ports, { gateway: config.port, admin: config["admin.port"] });
    assert(
      config["http.trusted_proxies"] !== undefined,
      "behind an ingress all clients would share one address",
    );
    assertEquals(config.store.startsWith("postgres:"), cluster);
    if (!cluster) return;
    const [key] = volumes.flatMap(({ name, secret }) =>
      (secret?.items ?? []).map(({ path }) => {
        const mount = pod.volumeMounts.find((each) => each.name === name);
        return `${mount?.mountPath}/${path}`;
      })
    );
    assertEquals(config.validator_key, key);
  });

  Deno.test(`in Kubernetes, each probe ${what} asks for a path of the gateway's port, and only readiness fails while it drains`, async () => {
    const { pod: { containers: [pod] } } = await readParts(file);
    const probes = [pod.startupProbe, pod.livenessProbe, pod.readinessProbe].map(({ httpGet }) => httpGet);
    assertEquals(probes.map(({ port }) => port), ["gateway", "gateway", "gateway"]);
    await using gateway = await startGateway({ "admin.port": 0 });
    const statuses = () =>
      Promise.all(probes.map(async ({ path }) => {
        const answer = await fetch(`${gateway.url}${path}`);
        await answer.body?.cancel();
        return answer.status;
      }));
    assertEquals(await statuses(), [200, 200, 200]);
    await gateway.gateway.drain();
    assertEquals(await statuses(), [200, 200, 503]);
  });

  Deno.test(`in Kubernetes, a pod ${what} is given the time that its drain may take`, async () => {
    const { pod: spec } = await readParts(file);
    const [pod] = spec.containers;
    const needed = pod.lifecycle.preStop.sleep.seconds + configOf(pod).shutdown_timeout;
    assert(
      spec.terminationGracePeriodSeconds > needed,
      `${spec.terminationGracePeriodSeconds} s for ${needed} s`,
    );
  });

  Deno.test(`in Kubernetes, what names a port, a service or a volume ${what} names one that is there`, async () => {
    const { all, servers, pod: spec, ingress } = await readParts(file);
    const [pod] = spec.containers;
    const ports = pod.ports.map(({ name }) => name);
    const services = all("Service");
    for (const { spec } of services) {
      assertEquals(spec.ports.every(({ targetPort }) => ports.includes(targetPort)), true);
    }
    const [main, admin] = services;
    assertEquals(admin?.metadata.name, "heliograph-admin");
    const backends = ingress.spec.rules.flatMap(({ http }) => http.paths).map(({ backend }) =>
      backend.service
    );
    assertEquals(backends, [{ name: main?.metadata.name ?? "", port: { name: "gateway" } }]);
    const claims = servers.kind === "StatefulSet" ? servers.spec.volumeClaimTemplates : [];
    const volumes = [...claims.map(({ metadata }) => metadata.name), ...spec.volumes.map(({ name }) => name)];
    assertEquals(pod.volumeMounts.map(({ name }) => name).toSorted(), volumes.toSorted());
    const timeout = Number(ingress.metadata.annotations["nginx.ingress.kubernetes.io/proxy-read-timeout"]);
    assert(timeout > configOf(pod)["websocket.connection_timeout"]);
  });
}

Deno.test("in Kubernetes, several servers are scaled by what each asks for, and maintenance takes one at a time", async () => {
  const { all, kinds, pod: { containers: [pod] } } = await readParts("cluster.yaml");
  assertEquals(kinds.includes("PodDisruptionBudget"), true);
  const [scaler] = all("HorizontalPodAutoscaler");
  for (const { resource } of scaler?.spec.metrics ?? []) {
    assertEquals(Object.hasOwn(pod.resources.requests, resource.name), true);
  }
});

async function findHelm(): Promise<string | undefined> {
  try {
    const { success } = await new Deno.Command("helm", { args: ["version"], stdout: "null" }).output();
    return success ? undefined : "helm does not run";
  } catch {
    return "helm is not installed";
  }
}

const noHelm = await findHelm();

/** What helm makes of the chart, as `docs/deploy.md` calls it. */
async function render(...options: string[]): Promise<Outcome> {
  const line = ["helm", "template", "heliograph", chart, "--kube-version=1.30", "--skip-tests", ...options];
  return await runToEnd(line, { cwd: deploy });
}

for (const { file, cluster } of Object.values(files)) {
  testWith(noHelm, `the chart makes kubernetes/${file}`, async () => {
    const { stdout, stderr } = await render(`--set=cluster.enabled=${cluster}`);
    assertEquals(stdout, await Deno.readTextFile(`${deploy}/kubernetes/${file}`), stderr);
  });
}

testWith(
  noHelm,
  "the chart takes settings by their names, and refuses a value that it does not know",
  async () => {
    const set = await render("--set=settings.http\\.rate_limit=100", "--set=podMonitor=true");
    assertStringIncludes(set.stdout, '{ name: HELIOGRAPH_HTTP_RATE_LIMIT, value: "100" }');
    assertStringIncludes(set.stdout, "kind: PodMonitor");
    for (const wrong of ["replicas=3", "cluster.replicas=1", "host=", "settings.Port=1"]) {
      const { code, stderr } = await render(`--set=${wrong}`);
      assertEquals(code === 0, false, wrong);
      assertStringIncludes(stderr, "the schema(s)");
    }
  },
);
