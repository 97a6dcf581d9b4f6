import type { Clock } from "../protocol/mod.ts";
import type { JobTopic } from "../engine/mod.ts";
import { bytesOf, encodeMessage } from "./hcs1.ts";
import type { JobFiles } from "./job_files.ts";
import { registryMessage, TopicMaker } from "./job_topics.ts";
import { type Ledger, LedgerError } from "./ledger/ledger.ts";
import type { LiveJob } from "./live_job.ts";
import type { PayloadReader } from "./payload_reader.ts";

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
