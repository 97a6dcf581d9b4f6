import { z } from "zod";
import { describeIssue } from "../protocol/mod.ts";
import type { JobRecord, JobRepository } from "../engine/mod.ts";
import { logger } from "../telemetry/mod.ts";
import { openContent } from "./content.ts";
import { InscriptionError } from "./errors.ts";
import { fileReference, inscriptionJson, type Metadata } from "./input/metadata.ts";
import { topicOf } from "./inscription.ts";
import type { Ledger } from "./ledger/ledger.ts";

/** A completed inscription in the numbered sequence. Protocol, section 5: `numbers`. */
export interface NumberedInscription {
  readonly inscription_number: number;
  readonly t_id: string;
  /** Tokens are not minted here. */
  readonly ht_id: null;
  readonly sn: null;
  /** The holder's account, without shard and realm. */
  readonly account_id: number;
  /** Seconds since the Unix epoch with nine digits after the point, as Hedera writes them. */
  readonly created_timestamp: string;
  readonly mimetype: string;
  readonly op: "mint" | "inscribe";
  readonly p: "hcs-5" | "hcs-1";
  readonly json: Metadata;
  readonly image: string;
}

/** Query parameters as they come. */
export type Query = Readonly<Record<string, string | undefined>>;

const log = logger("inscriptions");
const most = 500;
const longestJson = 64 * 1024;
/** Each JSON that is read takes a decompressor. */
const readAtOnce = 10;

const wholeNumber = z.string().regex(/^\d{1,15}$/, "expected a whole number").transform(Number);
function accountId(expected: string) {
  return z.string().trim().regex(/^\d{1,10}\.\d{1,10}\.\d{1,19}$/, expected);
}

/** Which completed inscriptions are asked for. */
export const numbersQuery = z.object({
  sort: z.enum(["asc", "desc"]).default("desc"),
  limit: wholeNumber.refine((limit) => limit >= 1, "expected 1 or more").optional(),
  inscriptionNumber: wholeNumber.optional(),
  random: z.enum(["true", "false", "1", "0"]).default("false").transform((value) =>
    /^(?:true|1)$/.test(value)
  ),
  ht_id: accountId("expected a token id").optional(),
  sn: wholeNumber.optional(),
});
/** How a page of a holder's inscriptions is asked for. */
export const holderQuery = z.object({
  holderId: accountId("expected an account id"),
  limit: wholeNumber.refine((limit) => limit >= 1 && limit <= 1000, "expected 1 to 1000").default(100),
  before: z.string().max(64).optional(),
});

/** Reads which of a holder's inscriptions are asked for. Throws an {@link InscriptionError}. */
export function readHolderQuery(query: Query): z.infer<typeof holderQuery> {
  return read(holderQuery, query);
}

/** The numbered sequence of completed inscriptions, whoever's they are: what is on a ledger is for all to see. */
export class Numbers {
  readonly #jobs: JobRepository;
  readonly #ledger: Ledger;

  constructor(options: { jobs: JobRepository; ledger: Ledger }) {
    this.#jobs = options.jobs;
    this.#ledger = options.ledger;
  }

  /** Answers what a query asks for. Throws an {@link InscriptionError}. */
  async find(query: Query): Promise<NumberedInscription[]> {
    const asked = read(numbersQuery, query);
    const jobs = await this.#jobs.numbered(choose(asked, await this.#jobs.count()));
    const views: NumberedInscription[] = [];
    for (let start = 0; start < jobs.length; start += readAtOnce) {
      const some = jobs.slice(start, start + readAtOnce);
      views.push(...await Promise.all(some.map((job) => this.#view(job))));
    }
    return views;
  }

  async #view(job: JobRecord): Promise<NumberedInscription> {
    const topicId = topicOf(job, "file") ?? "";
    const isHashinal = job.request.mode.startsWith("hashinal");
    return {
      inscription_number: job.number ?? 0,
      t_id: topicId,
      ht_id: null,
      sn: null,
      account_id: Number(job.request.holderId.split(".").pop()),
      created_timestamp: `${((job.endedAt ?? 0) / 1000).toFixed(3)}000000`,
      mimetype: job.file.mimeType,
      op: isHashinal ? "mint" : "inscribe",
      p: isHashinal ? "hcs-5" : "hcs-1",
      json: await this.#inscribedJson(job) ??
        inscriptionJson({ metadata: {}, request: job.request, file: job.file, topicId }),
      image: fileReference(topicId),
    };
  }

  /** The JSON as it was inscribed, unless there is none, or it is too long for a list. */
  async #inscribedJson(job: JobRecord): Promise<Metadata | undefined> {
    const topicId = topicOf(job, "json");
    const { content } = job.topics.find((topic) => topic.topicId === topicId) ?? {};
    if (topicId === undefined || !content || content.size > longestJson) return undefined;
    try {
      const topic = await this.#ledger.read(topicId);
      return topic === null ? undefined : await new Response((await openContent(topic, content)).body).json();
    } catch (error) {
      log.error("Cannot read the JSON in topic {topicId}: {error}", { topicId, error });
      return undefined;
    }
  }
}

function read<T extends z.ZodType>(schema: T, query: Query): z.infer<T> {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  throw new InscriptionError("invalid_request", `Invalid query: ${describeIssue(result.error)}`);
}

/** The numbers that are asked for, of those from 1 to `count`. */
function choose(
  { inscriptionNumber, random, sort, limit = random ? 1 : 100, ht_id, sn }: z.infer<typeof numbersQuery>,
  count: number,
): number[] {
  // No token is minted here that an inscription could belong to.
  if (ht_id !== undefined || sn !== undefined) return [];
  if (inscriptionNumber !== undefined) return [inscriptionNumber];
  const few = Math.min(limit, most, count);
  if (random) return pick(few, count);
  return Array.from({ length: few }, (_, index) => sort === "asc" ? index + 1 : count - index);
}

/** Different numbers from 1 to `count`. */
function pick(few: number, count: number): number[] {
  const picked = new Set<number>();
  while (picked.size < few) picked.add(1 + Math.floor(Math.random() * count));
  return [...picked];
}
