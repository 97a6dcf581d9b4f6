import type { Answers, AskOptions, Questions } from "../engine/mod.ts";
import type { ConnectionRecord, Hub } from "../hub/mod.ts";
import type { Instances } from "../inscriptions/mod.ts";
import { closes, type Judgement } from "../protocol/mod.ts";
import type { Judgements } from "./judgements.ts";
import {
  addDays,
  addFigures,
  type MinerFigures,
  type MinersDay,
  tellDay,
  type ToldDay,
} from "./miner_figures.ts";
import type { MinerHistory } from "./miner_history.ts";

/** Connections, as many endings, and miners that one server tells another of at most. */
const mostTold = 2000;

/** A connection of some server of the store. */
export interface SeenConnection extends ConnectionRecord {
  readonly server: string;
}

/** Whose connections are asked for. */
interface ConnectionFilter {
  /** How many of those that ended last. */
  readonly ended?: number | undefined;
  readonly hotkey?: string | undefined;
  readonly address?: string | undefined;
  readonly family?: ConnectionRecord["family"] | undefined;
}

/** What one server says of its connections. */
interface Told {
  readonly open: readonly ConnectionRecord[];
  /** How many it leaves out of those that are open. */
  readonly leftOut: number;
  readonly ended: readonly ConnectionRecord[];
}

/** The connections of all servers. */
interface SeenConnections {
  readonly open: readonly SeenConnection[];
  readonly ended: readonly SeenConnection[];
  /** By the servers that have answered, how many they leave out. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** The servers that have not. */
  readonly silent: readonly string[];
}

/** What was found of a connection, or that it is nowhere as far as servers have answered. */
interface Found<T> {
  readonly found: T | undefined;
  readonly silent: readonly string[];
}

/** What was wagered on each outcome of games, as one server tells it to another. */
type ToldStakes =
  readonly (readonly [gameId: string, stakes: readonly (readonly [outcome: string, stake: number])[]])[];

/** What one server tells another of miners. */
interface ToldMiners {
  readonly connected: readonly ConnectionRecord[];
  readonly figures: readonly (readonly [hotkey: string, figures: MinerFigures])[];
}

/** What is known of miners, by their hotkeys. */
interface KnownMiners {
  readonly connected: ReadonlyMap<string, SeenConnection>;
  readonly figures: ReadonlyMap<string, MinerFigures>;
}

/** Which of a miner's refused predictions are asked for. */
interface RefusalFilter {
  readonly hotkey: string;
  readonly limit: number;
}

/** What {@link Servers} work with. */
interface ServersOptions {
  readonly hub: Hub;
  readonly judgements: Judgements;
  readonly history: MinerHistory;
  readonly questions: Questions;
  readonly instances: () => Pick<Instances, "self" | "others">;
  /** Has this server take nothing new, and end. */
  readonly drain: () => void;
}

/** What operators ask of all servers of the store, whichever of them they have reached. */
export class Servers {
  readonly #options: ServersOptions;

  constructor(options: ServersOptions) {
    this.#options = options;
    const { questions, hub, judgements, history, drain } = options;
    questions.answer("connections", (filter: ConnectionFilter) => this.#own(filter, mostTold));
    questions.answer("connection", (id: string) => this.#find(id));
    questions.answer("drop", (id: string) => drop(hub, id));
    questions.answer("miners", () => this.#ownMiners(mostTold));
    questions.answer("miners' day", () => tellDay(history.day(), mostTold));
    questions.answer("refusals", ({ hotkey, limit }: RefusalFilter) => judgements.refusalsOf(hotkey, limit));
    questions.answer("stakes", () => this.#ownStakes(mostTold));
    questions.answer("drain", () => {
      drain();
      return true;
    });
  }

  /** The connections of all servers, or of one. */
  async connections(filter: ConnectionFilter, server?: string): Promise<SeenConnections> {
    const { answers, silent } = await this.#ask<Told>("connections", filter, { server });
    const told = new Map(answers);
    const { self } = this.#options.instances();
    if (server === undefined || server === self) told.set(self, this.#own(filter, Infinity));
    const by = (what: "open" | "ended") =>
      [...told].flatMap(([server, { [what]: records }]) => records.map((record) => ({ ...record, server })));
    return {
      open: by("open"),
      ended: by("ended").sort((a, b) => endOf(b) - endOf(a)).slice(0, filter.ended ?? 0),
      leftOut: new Map([...told].map(([server, { leftOut }]) => [server, leftOut])),
      silent,
    };
  }

  /** A connection that is open, or of those that ended last. */
  async connection(id: string): Promise<Found<SeenConnection>> {
    const here = this.#find(id);
    if (here !== null) return { found: { ...here, server: this.#options.instances().self }, silent: [] };
    const { answers, silent } = await this.#ask<ConnectionRecord | null>("connection", id, {
      isEnough: (record) => record !== null,
    });
    const found = [...answers].flatMap(([server, record]) => record === null ? [] : [{ ...record, server }]);
    return { found: found[0], silent: found.length > 0 ? [] : silent };
  }

  /** Drops a connection wherever it is open; answers at which server it was. */
  async drop(id: string): Promise<Found<string>> {
    const { hub, instances } = this.#options;
    if (drop(hub, id)) return { found: instances().self, silent: [] };
    const { answers, silent } = await this.#ask<boolean>("drop", id, { isEnough: (isDropped) => isDropped });
    const found = [...answers].find(([, isDropped]) => isDropped)?.[0];
    return { found, silent: found === undefined ? silent : [] };
  }

  /** Which miners are connected at any server, and what all servers know of their predictions, each since its start. */
  async miners(): Promise<KnownMiners> {
    const { answers } = await this.#ask<ToldMiners>("miners", null, {});
    const figures = new Map<string, MinerFigures>();
    const connected = new Map<string, SeenConnection>();
    const { self } = this.#options.instances();
    for (const [server, told] of [...answers, [self, this.#ownMiners(Infinity)] as const]) {
      for (const [hotkey, known] of told.figures) figures.set(hotkey, addFigures(figures.get(hotkey), known));
      for (const record of told.connected) {
        if (record.peer !== undefined) connected.set(record.peer, { ...record, server });
      }
    }
    return { figures, connected };
  }

  /** What became of each miner's predictions in the last day, whichever server judged them. */
  async minersDay(): Promise<MinersDay> {
    const { history } = this.#options;
    const told = await this.#told<ToldDay>("miners' day");
    return addDays(history.day(), told, history.interval);
  }

  /** By game, what was wagered on each outcome at all servers, as miners name it, since each server's start. */
  async stakes(): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
    const told = await this.#told<ToldStakes>("stakes");
    const sum = new Map<string, Map<string, number>>();
    for (const [gameId, stakes] of [this.#ownStakes(Infinity), ...told].flat()) {
      const total = sum.get(gameId) ?? new Map<string, number>();
      for (const [outcome, stake] of stakes) total.set(outcome, (total.get(outcome) ?? 0) + stake);
      sum.set(gameId, total);
    }
    return sum;
  }

  /** A miner's latest predictions that were refused, the newest first, as far as servers remember them. */
  async refusalsOf(hotkey: string, limit: number): Promise<readonly Judgement[]> {
    const told = await this.#told<readonly Judgement[]>(
      "refusals",
      { hotkey, limit } satisfies RefusalFilter,
    );
    const own = this.#options.judgements.refusalsOf(hotkey, limit);
    return [...own, ...told.flat()].toSorted((a, b) => b.at - a.at).slice(0, limit);
  }

  /** Has a server take nothing new, and end; answers whether it has said that it does, of those that live. */
  async drain(id: string): Promise<Found<true>> {
    const { instances, drain } = this.#options;
    if (id === instances().self) {
      drain();
      return { found: true, silent: [] };
    }
    const { answers, silent } = await this.#ask<true>("drain", null, { server: id });
    return { found: answers.get(id), silent };
  }

  /** What those of the others say that answer in time. */
  async #told<T>(about: string, question: unknown = null): Promise<readonly T[]> {
    const { answers } = await this.#ask<T>(about, question, {});
    return [...answers.values()];
  }

  /** Asks the others, or one of them. Those that have fallen silent already are not waited for. */
  async #ask<T>(
    about: string,
    question: unknown,
    { server, isEnough }: Pick<AskOptions<T>, "isEnough"> & { readonly server?: string | undefined },
  ): Promise<Answers<T>> {
    const { questions, instances } = this.#options;
    const { heard, silent } = await instances().others();
    const wanted = (names: readonly string[]) =>
      names.filter((name) => server === undefined || name === server);
    const asked = await questions.ask<T>(about, question, {
      of: wanted(heard),
      ...(isEnough && { isEnough }),
    });
    return { ...asked, silent: [...asked.silent, ...wanted(silent)] };
  }

  #ownMiners(most: number): ToldMiners {
    return {
      connected: this.#own({ family: "miners" }, most).open,
      figures: latest(this.#options.judgements.miners, most),
    };
  }

  /** Of so many games at most, those whose first wager is the newest. */
  #ownStakes(most: number): ToldStakes {
    const { stakes } = this.#options.judgements;
    return [...stakes].slice(-most).map(([gameId, stakes]) => [gameId, [...stakes]]);
  }

  #own({ ended = 0, hotkey, address, family }: ConnectionFilter, most: number): Told {
    const { hub } = this.#options;
    const isWanted = (record: ConnectionRecord) => {
      const isHis = hotkey === undefined || record.peer === hotkey || record.claimed === hotkey;
      return isHis && (address === undefined || record.address === address) &&
        (family === undefined || record.family === family);
    };
    const open = hub.connections().map((connection) => hub.describe(connection)).filter(isWanted).toArray();
    return {
      open: open.slice(0, most),
      leftOut: Math.max(0, open.length - most),
      ended: hub.records.latest(Math.min(ended, most), isWanted),
    };
  }

  #find(id: string): ConnectionRecord | null {
    const { hub } = this.#options;
    const connection = hub.find(id);
    return (connection === undefined ? hub.records.find(id) : hub.describe(connection)) ?? null;
  }
}

/** Of so many at most, those who predicted last. */
function latest(miners: ReadonlyMap<string, MinerFigures>, most: number): [string, MinerFigures][] {
  if (miners.size <= most) return [...miners];
  return [...miners].sort(([, a], [, b]) => b.lastAt - a.lastAt).slice(0, most);
}

function drop(hub: Hub, id: string): boolean {
  const connection = hub.find(id);
  connection?.close(closes.dropped);
  return connection !== undefined;
}

function endOf({ ending, openedAt }: ConnectionRecord): number {
  return ending?.at ?? openedAt;
}
