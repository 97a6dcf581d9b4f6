import { assert, assertEquals } from "@std/assert";
import { parseAll } from "@std/yaml";
import { z } from "zod";
import { loadConfig } from "../../../lib/config/mod.ts";
import { startGateway } from "../../helpers/gateway.ts";

const file = `${import.meta.dirname}/../../../deploy/kubernetes/heliograph.yaml`;

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
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal("ALL")]) }),
  }),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
});
const labels = z.object({ app: z.literal("heliograph") });
const statefulSet = z.object({
  kind: z.literal("StatefulSet"),
  spec: z.object({
    replicas: z.literal(1),
    serviceName: z.string(),
    selector: z.object({ matchLabels: labels }),
    template: z.object({
      metadata: z.object({ labels }),
      spec: z.object({
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.object({
          runAsNonRoot: z.literal(true),
          runAsUser: z.literal(65532),
          seccompProfile: z.object({ type: z.literal("RuntimeDefault") }),
        }),
        containers: z.tuple([container]),
        volumes: z.array(z.object({ name: z.string() })),
      }),
    }),
    volumeClaimTemplates: z.array(z.object({ metadata: z.object({ name: z.string() }) })),
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
const manifest = z.tuple([statefulSet, service, service, ingress]);

type Manifest = z.infer<typeof manifest>;

async function readManifest(): Promise<Manifest> {
  return manifest.parse(await parseAll(await Deno.readTextFile(file)));
}

/** What the gateway makes of the variables that the pod gives it. */
function configOf({ env }: z.infer<typeof container>) {
  const given = env.map((
    { name, value, valueFrom },
  ) => [name, value ?? valueFrom?.secretKeyRef.key.repeat(4)]);
  return loadConfig({ flags: [], env: Object.fromEntries(given), readFile: Deno.readTextFileSync }).config;
}

Deno.test("in Kubernetes, the pod's variables are settings of the gateway, and its ports are theirs", async () => {
  const [{ spec: { template: { spec: { containers: [pod] } } } }] = await readManifest();
  const config = configOf(pod);
  const ports = Object.fromEntries(pod.ports.map(({ name, containerPort }) => [name, containerPort]));
  assertEquals(ports, { gateway: config.port, admin: config["admin.port"] });
  assert(
    config["http.trusted_proxies"] !== undefined,
    "behind an ingress all clients would share one address",
  );
});

Deno.test("in Kubernetes, each probe asks for a path of the gateway's port, and only readiness fails while it drains", async () => {
  const [{ spec: { template: { spec: { containers: [pod] } } } }] = await readManifest();
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

Deno.test("in Kubernetes, a pod is given the time that its drain may take", async () => {
  const [{ spec: { template: { spec } } }] = await readManifest();
  const [pod] = spec.containers;
  const needed = pod.lifecycle.preStop.sleep.seconds + configOf(pod).shutdown_timeout;
  assert(
    spec.terminationGracePeriodSeconds > needed,
    `${spec.terminationGracePeriodSeconds} s for ${needed} s`,
  );
});

Deno.test("in Kubernetes, what names a port, a service or a volume names one that is there", async () => {
  const [set, ...rest] = await readManifest();
  const [main, admin, { spec: { rules }, metadata: { annotations } }] = rest;
  const [pod] = set.spec.template.spec.containers;
  const ports = pod.ports.map(({ name }) => name);
  for (const { spec } of [main, admin]) {
    assertEquals(spec.ports.every(({ targetPort }) => ports.includes(targetPort)), true);
  }
  assertEquals(set.spec.serviceName, admin.metadata.name);
  const backends = rules.flatMap(({ http }) => http.paths).map(({ backend }) => backend.service);
  assertEquals(backends, [{ name: main.metadata.name, port: { name: main.spec.ports[0]?.name ?? "" } }]);
  const volumes = [
    ...set.spec.volumeClaimTemplates.map(({ metadata }) => metadata.name),
    ...set.spec.template.spec.volumes.map(({ name }) => name),
  ];
  assertEquals(pod.volumeMounts.map(({ name }) => name), volumes);
  const timeout = Number(annotations["nginx.ingress.kubernetes.io/proxy-read-timeout"]);
  assert(timeout > configOf(pod)["websocket.connection_timeout"]);
});
