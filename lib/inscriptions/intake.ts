import type { Clock } from "../protocol/mod.ts";
import type { BlobClaim, HeldJob, JobRecord, JobRepository, StoredFile } from "../engine/mod.ts";
import { logger } from "../telemetry/mod.ts";
import type { Allowance } from "./allowance.ts";
import type { Cluster } from "./instances.ts";
import { InscriptionError } from "./errors.ts";
import { fetchFile, type FetchOptions } from "./fetch/fetch_file.ts";
import { messageCount } from "./hcs1.ts";
import { FileStart } from "./file_start.ts";
import { checkCollectionZip, maxArchiveSize } from "./input/collection_zip.ts";
import { checkMetadata, maxMetadataSize, type Metadata } from "./input/metadata.ts";
import { canonicalType } from "./input/mime_types.ts";
import { type FileSource, maxUrlFileSize, type StartRequest } from "./input/start_request.ts";
import { newsOf } from "./job_events.ts";
import type { JobFiles } from "./job_files.ts";
import type { Ledger } from "./ledger/ledger.ts";

const log = logger("inscriptions");

/** A job that was made just now, or without a lease the one that its request has made before. */
export type Taken = HeldJob | { readonly record: JobRecord; readonly lease: null };

/** A job that is not on disk yet, and what it is made of. */
interface Draft {
  readonly job: JobRecord;
  readonly claims: readonly BlobClaim[];
}

/** Makes a job of a request: fetches what has to be fetched, keeps it, prepares the payment. */
export class Intake {
  readonly #jobs: JobRepository;
  readonly #files: JobFiles;
  readonly #allowance: Allowance;
  readonly #ledger: Ledger;
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #fetching: Partial<FetchOptions>;

  constructor(options: {
    jobs: JobRepository;
    files: JobFiles;
    allowance: Allowance;
    ledger: Ledger;
    cluster: Cluster;
    clock: Clock;
    fetching: Partial<FetchOptions>;
  }) {
    this.#jobs = options.jobs;
    this.#files = options.files;
    this.#allowance = options.allowance;
    this.#ledger = options.ledger;
    this.#cluster = options.cluster;
    this.#clock = options.clock;
    this.#fetching = options.fetching;
  }

  /**
   * Answers the job once it is on disk, or the one that the same request has made meanwhile. Throws an
   * {@link InscriptionError}, and then leaves nothing behind.
   */
  async take(id: string, keyId: string, request: StartRequest, signal: AbortSignal): Promise<Taken> {
    await this.#allowance.check(keyId, "bytes" in request.file ? request.file.bytes.length : 0);
    const { job, claims } = await this.#gather(id, keyId, request, signal);
    // When this fails it may have succeeded all the same, so that the files have to stay.
    const taken = await this.#jobs.create(job, this.#cluster.self, { claims, tell: newsOf });
    if (taken.lease === null) {
      await this.#forget(id);
      await this.#allowance.giveBack(keyId, job.file.size);
    }
    return taken;
  }

  async #gather(id: string, keyId: string, request: StartRequest, signal: AbortSignal): Promise<Draft> {
    try {
      const { file, claim } = await this.#takeFile(id, request, signal);
      const claims = [claim];
      const metadata = await this.#metadata(request, signal);
      if (metadata !== null) claims.push(await this.#files.keepMetadata(id, metadata));
      const job = await this.#prepare({ id, keyId, file, request, hasMetadata: metadata !== null });
      signal.throwIfAborted();
      await this.#allowance.take(keyId, file.size);
      return { job, claims };
    } catch (error) {
      await this.#forget(id);
      throw error;
    }
  }

  async #takeFile(
    id: string,
    { file, job }: StartRequest,
    signal: AbortSignal,
  ): Promise<{ file: StoredFile; claim: BlobClaim }> {
    const stage = await this.#files.stage(id);
    const start = job.onlyJson ? new FileStart(maxArchiveSize) : undefined;
    const write = async (bytes: Uint8Array) => {
      start?.add(bytes);
      await stage.write(bytes);
    };
    try {
      const declared = "url" in file ? await this.#fetch(file, { write }, signal) : file.declaredType;
      if ("bytes" in file) await write(file.bytes);
      const stored = await stage.finish({ declared, name: file.name });
      if (start !== undefined) await checkCollection(stored, start);
      return { file: stored, claim: stage.claim };
    } finally {
      stage.close();
    }
  }

  /** Answers the type that is declared for what was fetched. */
  async #fetch(
    { url, declaredType }: FileSource & { url: URL },
    stage: { write(bytes: Uint8Array): Promise<void> },
    signal: AbortSignal,
  ): Promise<string | null> {
    const options = { maxSize: maxUrlFileSize, ...this.#fetching, clock: this.#clock, signal };
    const type = await fetchFile(url, (piece) => stage.write(piece), options);
    // Servers name many types that nobody here knows; a client that names one means it.
    return declaredType ?? (type === null ? null : canonicalType(type) ?? null);
  }

  async #metadata({ metadata }: StartRequest, signal: AbortSignal): Promise<Metadata | null> {
    if (!(metadata instanceof URL)) return metadata;
    const decoder = new TextDecoder();
    let text = "";
    const options = { ...this.#fetching, maxSize: maxMetadataSize, clock: this.#clock, signal };
    await fetchFile(metadata, (piece) => {
      text += decoder.decode(piece, { stream: true });
      return Promise.resolve();
    }, options);
    return checkMetadata(parseJson(text + decoder.decode()), "the JSON at jsonFileURL");
  }

  async #prepare({ id, keyId, file, request, hasMetadata }: {
    id: string;
    keyId: string;
    file: StoredFile;
    request: StartRequest;
    hasMetadata: boolean;
  }): Promise<JobRecord> {
    const maxMessages = messageCount(file);
    const payment = await this.#ledger.prepare({ payer: request.job.holderId, messages: maxMessages })
      .catch((cause) => {
        throw new InscriptionError("ledger_unavailable", "Cannot inscribe file: the ledger does not answer", {
          cause,
          retryAfterMs: 5000,
        });
      });
    return {
      id,
      keyId,
      requestId: request.requestId,
      status: "awaiting_payment",
      request: request.job,
      file,
      hasMetadata,
      ...payment,
      topics: [],
      messages: 0,
      maxMessages,
      progress: 0,
      epoch: crypto.randomUUID().slice(0, 8),
      offset: 1,
      attempts: 0,
      error: null,
      number: null,
      createdAt: this.#clock.now(),
      endedAt: null,
    };
  }

  async #forget(id: string): Promise<void> {
    try {
      await this.#files.remove(id);
    } catch (error) {
      // It is swept up later.
      log.warning("Cannot remove the files of a refused request: {error}", { error });
    }
  }
}

/** A collection comes as one JSON, or as an archive of JSON. */
async function checkCollection({ mimeType }: StoredFile, start: FileStart): Promise<void> {
  if (mimeType === "application/json") return;
  if (mimeType === "application/zip") return await checkCollectionZip(start.whole());
  const problem = `expected a collection's JSON or a ZIP of such, got ${mimeType}`;
  throw new InscriptionError("unsupported_type", `Cannot inscribe file: ${problem}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const problem = "Cannot inscribe metadata: what is at jsonFileURL is not JSON";
    throw new InscriptionError("invalid_request", problem, { cause });
  }
}
