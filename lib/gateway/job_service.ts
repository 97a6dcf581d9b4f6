import type { Config } from "../config/mod.ts";
import { Inscriptions } from "../inscriptions/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import { InstanceRepository } from "../store/mod.ts";
import { ApiKeyGate } from "./api_key_gate.ts";
import { Instances } from "./instances.ts";
import { JobSockets } from "./job_sockets.ts";

/** The jobs' family with its doors: what is shared by Socket.IO, HTTP and the list of servers. */
export class JobService {
  readonly inscriptions: Inscriptions;
  readonly gate: ApiKeyGate;
  readonly sockets: JobSockets;
  readonly instances: Instances;

  constructor({ config, database, clock }: { config: Config; database: Deno.Kv; clock: Clock }) {
    const settings = {
      concurrency: config["inscriptions.concurrency"],
      allowPrivateUrls: config["inscriptions.allow_private_urls"],
      localPaymentDelay: config["inscriptions.local_payment_delay"],
    };
    const inscriptions = this.inscriptions = new Inscriptions({ database, clock, settings });
    const gate = this.gate = new ApiKeyGate({ keys: inscriptions.keys, clock });
    this.sockets = new JobSockets({ config, clock, inscriptions, gate });
    this.instances = new Instances({
      repository: new InstanceRepository(database),
      clock,
      publicUrl: config["public_url"],
      region: config["region"] ?? "default",
      activeJobs: () => inscriptions.activeJobs,
    });
  }

  /** Takes up the jobs that had not ended, and joins the list of servers. */
  async start(): Promise<void> {
    await this.inscriptions.start();
    await this.instances.start();
  }

  /** Takes nothing new, leaves jobs to the next start, and sends the clients away. */
  async drain(): Promise<void> {
    await this.instances.leave();
    await this.inscriptions.stop();
    await this.sockets.close();
  }
}
