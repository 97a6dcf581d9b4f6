import type { JobRecord, JobTopic, StoredFile, TopicKind } from "../engine/mod.ts";
import { memoOf, messageCount } from "./hcs1.ts";
import { topicOf } from "./inscription.ts";
import { inscriptionJson } from "./inscription_json.ts";
import type { JobFiles } from "./job_files.ts";
import type { Ledger } from "./ledger/ledger.ts";
import type { LiveJob } from "./live_job.ts";

/** Not indexed, as only the newest entry counts; readers may keep it for a day. HCS-6. */
const registryMemo = "hcs-6:1:86400";

/** The topics that a job of this kind ends with, in the order in which they are made. */
export function topicKinds({ mode, onlyJson, fileStandard }: JobRecord["request"]): TopicKind[] {
  const isDynamic = fileStandard === 6;
  const hasJson = !onlyJson && (isDynamic || mode === "hashinal" || mode === "hashinal-collection");
  return ["file", ...(hasJson ? ["json" as const] : []), ...(isDynamic ? ["registry" as const] : [])];
}

/** Makes a job's topics, each only once however often it is tried. */
export class TopicMaker {
  readonly #ledger: Ledger;
  readonly #files: JobFiles;

  constructor(options: { ledger: Ledger; files: JobFiles }) {
    this.#ledger = options.ledger;
    this.#files = options.files;
  }

  /** Makes the topics that are missing; how many messages there will be is known then. */
  async make(job: LiveJob): Promise<void> {
    for (const kind of topicKinds(job.record.request).slice(job.record.topics.length)) {
      const topic = await this.#makeOne(job.record, kind);
      const topics = [...job.record.topics, topic];
      await job.update({ topics, maxMessages: topics.reduce((sum, { messages }) => sum + messages, 0) });
    }
  }

  async #makeOne(job: JobRecord, kind: TopicKind): Promise<JobTopic> {
    const content = await this.#content(job, kind);
    const memo = content === null ? registryMemo : memoOf(content);
    const topicId = await this.#ledger.createTopic({ memo, reference: `${job.id}:${kind}` });
    return { kind, topicId, messages: content === null ? 1 : messageCount(content), content };
  }

  async #content(job: JobRecord, kind: TopicKind): Promise<StoredFile | null> {
    if (kind === "registry") return null;
    if (kind === "file") return job.file;
    const metadata = job.hasMetadata ? await this.#files.metadata(job.id) : {};
    const topicId = topicOf(job, "file") ?? "";
    const { request, file } = job;
    return await this.#files.stageJson(job.id, inscriptionJson({ metadata, request, file, topicId }));
  }
}

/** The one message of a registry: it points to the metadata. HCS-6. */
export function registryMessage(job: JobRecord): string {
  return JSON.stringify({ p: "hcs-6", op: "register", t_id: topicOf(job, "json"), m: "" });
}
