import type { Config } from "../config/mod.ts";
import type { Hub } from "../hub/mod.ts";
import { AccountLogin, ApiKeyGate, Inscriptions, Instances, JobSockets } from "../inscriptions/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import { type Followers, InstanceRepository, type ServerFigures, type Store } from "../engine/mod.ts";
import type { Activity } from "../telemetry/mod.ts";

/** The jobs' family with its doors: what is shared by Socket.IO, HTTP and the list of servers. */
export class JobService {
  readonly inscriptions: Inscriptions;
  readonly gate: ApiKeyGate;
  /** Where accounts get API keys by a signature; undefined where they do not. */
  readonly login: AccountLogin | undefined;
  readonly sockets: JobSockets;
  readonly instances: Instances;

  constructor(
    { config, store, followers, clock, activity, shortage, hub, figures }: {
      config: Config;
      store: Store;
      followers: Followers;
      clock: Clock;
      activity: Activity;
      /** Why there is no room for more jobs, in words; undefined while there is. */
      shortage: () => string | undefined;
      hub: Hub;
      /** What operators are told of this server. */
      figures: () => ServerFigures;
    },
  ) {
    const settings = {
      concurrency: config["inscriptions.concurrency"],
      allowPrivateUrls: config["inscriptions.allow_private_urls"],
      localPaymentDelay: config["inscriptions.payment"] === "wait"
        ? Infinity
        : 1000 * config["inscriptions.payment_delay"],
      jobsPerDay: config["inscriptions.daily_jobs_per_key"],
      bytesPerDay: config["inscriptions.daily_bytes_per_key"],
    };
    const instances = this.instances = new Instances({
      location: config["store"],
      repository: new InstanceRepository(store),
      clock,
      publicUrl: config["public_url"],
      region: config["region"] ?? "default",
      activeJobs: () => this.inscriptions.activeJobs,
      figures,
    });
    const inscriptions = this.inscriptions = new Inscriptions({
      store,
      followers,
      clock,
      activity,
      settings,
      shortage,
      cluster: instances,
    });
    const source = config["inscriptions.account_auth"];
    this.login = source === undefined
      ? undefined
      : new AccountLogin({ keys: inscriptions.keys, source, clock });
    const gate = this.gate = new ApiKeyGate({ keys: inscriptions.keys, clock });
    this.sockets = new JobSockets({ config, clock, activity, inscriptions, gate, hub });
  }

  /** Joins the list of servers, and takes up the jobs on which nobody works. */
  async start(): Promise<void> {
    await this.instances.start();
    await this.inscriptions.start();
  }

  /** Takes nothing new, and leaves jobs to the next start. */
  async drain(): Promise<void> {
    this.sockets.stopAdmitting();
    await this.instances.close();
    await this.inscriptions.stop();
    await this.instances.leave();
  }
}
