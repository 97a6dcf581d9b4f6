import { assertEquals } from "@std/assert";
import { type Alert, alertRules } from "../../../lib/operations/mod.ts";
import { Webhook } from "../../../lib/operations/alerts/webhook.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { until } from "../../helpers/until.ts";

type Body = Record<string, unknown> & { readonly alerts: readonly Record<string, unknown>[] };

/** A receiver on this machine that answers as it is told to, and keeps what it was sent. */
class Receiver implements AsyncDisposable {
  readonly bodies: Body[] = [];
  statuses: number[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
      this.bodies.push(await request.json());
      const status = this.statuses.shift() ?? 200;
      return new Response(null, { status, headers: { location: "http://127.0.0.1:1/" } });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/hook?secret=1`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

const clock = () => new FakeClock();
const hook = (url: string, clock: FakeClock) => new Webhook({ url, clock, instance: "gateway:10401" });

function stale(stream: string, endedAt: number | null = null): Alert {
  const rule = alertRules.find(({ name }) => name === "HeliographStreamStale");
  if (rule === undefined) throw new Error("there is no such rule");
  return { rule, labels: { stream }, state: "firing", since: 1000, value: 1, threshold: 1, endedAt };
}

Deno.test("a receiver is told of alerts in the words of Alertmanager", async () => {
  await using receiver = new Receiver();
  const webhook = hook(receiver.url, clock());
  webhook.tell([stale("peers"), stale("receipts", 61_000)]);
  await webhook.settled();
  const { alerts, ...envelope } = receiver.bodies[0] ?? { alerts: [] };
  assertEquals(envelope, {
    version: "4",
    groupKey: `{}:{instance="gateway:10401"}`,
    truncatedAlerts: 0,
    status: "firing",
    receiver: "heliograph",
    groupLabels: { instance: "gateway:10401" },
    commonLabels: { instance: "gateway:10401" },
    commonAnnotations: {},
    externalURL: "",
  });
  assertEquals(
    alerts.map(({ status, labels, startsAt, endsAt }) => ({ status, labels, startsAt, endsAt })),
    [{
      status: "firing",
      labels: {
        alertname: "HeliographStreamStale",
        severity: "critical",
        instance: "gateway:10401",
        stream: "peers",
      },
      startsAt: "1970-01-01T00:00:01.000Z",
      endsAt: "0001-01-01T00:00:00Z",
    }, {
      status: "resolved",
      labels: {
        alertname: "HeliographStreamStale",
        severity: "critical",
        instance: "gateway:10401",
        stream: "receipts",
      },
      startsAt: "1970-01-01T00:00:01.000Z",
      endsAt: "1970-01-01T00:01:01.000Z",
    }],
  );
  assertEquals(webhook.last?.problem, null);
  assertEquals(webhook.host, new URL(receiver.url).host);
});

Deno.test("what a receiver does not take is told again, as it then is, and not for ever", async () => {
  await using receiver = new Receiver();
  receiver.statuses = [503, 503, 503, 503, 200];
  const time = clock();
  const webhook = hook(receiver.url, time);
  webhook.tell([stale("peers")]);
  webhook.tell([stale("receipts")]);
  webhook.tell([stale("receipts", 61_000)]);
  for (const [attempts, pause] of [[1, 1000], [2, 5000], [3, 25_000]] as const) {
    await until(() => webhook.last?.attempts === attempts && time.pending === 1, `attempt ${attempts}`);
    await time.advance(pause);
  }
  await webhook.settled();
  assertEquals(receiver.bodies.map(({ alerts }) => alerts.map(({ status }) => status)), [
    ["firing"],
    ["firing"],
    ["firing"],
    ["firing"],
    ["resolved"],
  ]);
  assertEquals([webhook.last?.status, webhook.last?.problem], [200, null]);
});

Deno.test("no redirect is followed, and what is refused is not sent again", async () => {
  await using receiver = new Receiver();
  receiver.statuses = [302, 400];
  const webhook = hook(receiver.url, clock());
  for (const status of [302, 400]) {
    webhook.tell([stale("peers")]);
    await webhook.settled();
    assertEquals([webhook.last?.status, webhook.last?.problem], [status, `it answered ${status}`]);
  }
  assertEquals(receiver.bodies.length, 2);
});

Deno.test("a receiver that does not answer is given up after ten seconds; a test is sent once", async () => {
  const time = clock();
  const silent: typeof fetch = (_, init) =>
    new Promise((_, reject) =>
      init?.signal?.addEventListener("abort", () => reject(init.signal?.reason), { once: true })
    );
  const webhook = new Webhook({ url: "http://127.0.0.1:9/", clock: time, instance: "a", fetch: silent });
  const testing = webhook.test();
  await until(() => time.pending === 1, "the attempt");
  await time.advance(10_000);
  const { at: _, ...delivery } = await testing;
  assertEquals(delivery, { attempts: 1, status: null, problem: "no answer in 10 s" });
});

Deno.test("closing ends what waits for a receiver", async () => {
  await using receiver = new Receiver();
  receiver.statuses = [503];
  const time = clock();
  const webhook = hook(receiver.url, time);
  webhook.tell([stale("peers")]);
  await until(() => webhook.last?.attempts === 1 && time.pending === 1, "the attempt");
  webhook.close();
  await webhook.settled();
  assertEquals([receiver.bodies.length, time.pending], [1, 0]);
});
