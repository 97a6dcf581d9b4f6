import type { JobRecord, JobTopic, StoredFile, TopicKind } from "../engine/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import { bytesOf, encodeMessage, memoOf, messageCount } from "./hcs1.ts";
import { inscriptionJson } from "./input/metadata.ts";
import { topicOf } from "./inscription.ts";
import type { JobFiles, PayloadReader } from "./job_files.ts";
import { type Ledger, LedgerError } from "./ledger/ledger.ts";
import type { LiveJob } from "./live_job.ts";

/** Not indexed, as only the newest entry counts; readers may keep it for a day. HCS-6. */
const registryMemo = "hcs-6:1:86400";

/** The topics that a job of this kind ends with, in the order in which they are made. */
function topicKinds({ mode, onlyJson, fileStandard }: JobRecord["request"]): TopicKind[] {
  const isDynamic = fileStandard === 6;
  const hasJson = !onlyJson && (isDynamic || mode === "hashinal" || mode === "hashinal-collection");
  return ["file", ...(hasJson ? ["json" as const] : []), ...(isDynamic ? ["registry" as const] : [])];
}

/** Makes a job's topics, each only once however often it is tried. */
class TopicMaker {
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
function registryMessage(job: JobRecord): string {
  return JSON.stringify({ p: "hcs-6", op: "register", t_id: topicOf(job, "json"), m: "" });
}

/** What is asked of the ledger at once; a stop waits for no more than that. */
const messagesAtOnce = 240;

/** Brings a paid job to its end. Every step can be made again, and goes on from where the ledger stands. */
export class JobRunner {
  readonly #ledger: Ledger;
  readonly #files: JobFiles;
  readonly #topics: TopicMaker;
  readonly #clock: Clock;

  constructor(options: { ledger: Ledger; files: JobFiles; clock: Clock }) {
    this.#ledger = options.ledger;
    this.#files = options.files;
    this.#clock = options.clock;
    this.#topics = new TopicMaker(options);
  }

  /** Throws the signal's reason when the job shall stop, a {@link LedgerError} when the ledger does not go along. */
  async run(job: LiveJob): Promise<void> {
    job.signal.throwIfAborted();
    await job.update({ status: "processing" });
    await this.#topics.make(job);
    let before = 0;
    for (const topic of job.record.topics) {
      await this.#fill(job, topic, before);
      before += topic.messages;
    }
    await job.complete(this.#clock.now());
  }

  /** Appends what the topic lacks. */
  async #fill(job: LiveJob, topic: JobTopic, before: number): Promise<void> {
    const reader = this.#files.reader(job.record.id, topic.kind === "json" ? "json" : "file");
    let length = await this.#ledger.topicLength(topic.topicId);
    while (length < topic.messages) {
      job.signal.throwIfAborted();
      const messages = await this.#messages(job, topic, reader, length);
      const next = await this.#ledger.appendMessages(topic.topicId, length, messages);
      if (next <= length) throw new LedgerError("The ledger took no messages", { temporary: true });
      length = next;
      await advance(job, before + length);
    }
  }

  async #messages(
    job: LiveJob,
    { content, messages }: JobTopic,
    reader: PayloadReader,
    length: number,
  ): Promise<string[]> {
    if (content === null) return [registryMessage(job.record)];
    const texts: string[] = [];
    for (let order = length; order < Math.min(messages, length + messagesAtOnce); order += 1) {
      const { from, to } = bytesOf(content.mimeType, order);
      const bytes = await reader.read(from, Math.min(to, content.payloadSize));
      texts.push(encodeMessage(content.mimeType, order, bytes));
    }
    return texts;
  }
}

/** Tells how far a job is, in whole percents; 100 is left to its end. */
async function advance(job: LiveJob, messages: number): Promise<void> {
  const { maxMessages, attempts, progress: before } = job.record;
  const progress = Math.max(before, Math.floor(99 * messages / maxMessages));
  if (progress > before || attempts > 0) await job.update({ messages, progress, attempts: 0 });
}
