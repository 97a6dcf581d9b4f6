import type { Timer } from "../../protocol/clock.ts";
import type { Subscriptions, SubscriptionsHost } from "./http_carrier.ts";
import type { News } from "./stream_requests.ts";

const mostAtOnce = 4;
/** How long the server holds a request, in seconds. */
const waitSeconds = 25;
/** Between answers without news, should the server not hold requests. */
const leastPauseMs = 1000;

interface Poll {
  readonly stream: string;
  readonly stop: AbortController;
  /** The first answer is to come at once. */
  first: boolean;
  pause: Timer | undefined;
}

/** Long polls, a request for each stream. */
export class PollSubscriptions implements Subscriptions {
  readonly #host: SubscriptionsHost;
  readonly #polls = new Map<string, Poll>();
  #waiting: Poll[] = [];
  #underWay = 0;

  constructor(host: SubscriptionsHost) {
    this.#host = host;
  }

  update(): void {
    const { names } = this.#host.parts.topics;
    for (const poll of [...this.#polls.values()]) {
      if (!names.includes(poll.stream)) this.#drop(poll);
    }
    for (const stream of names.filter((name) => !this.#polls.has(name))) {
      const poll: Poll = { stream, stop: new AbortController(), first: true, pause: undefined };
      this.#polls.set(stream, poll);
      this.#waiting.push(poll);
    }
    this.#next();
  }

  stop(): void {
    for (const poll of [...this.#polls.values()]) this.#drop(poll);
  }

  #drop(poll: Poll): void {
    this.#polls.delete(poll.stream);
    poll.stop.abort();
    poll.pause?.cancel();
    this.#waiting = this.#waiting.filter((waiting) => waiting !== poll);
  }

  #next(): void {
    while (this.#underWay < mostAtOnce) {
      const poll = this.#waiting.shift();
      if (poll === undefined) return;
      void this.#run(poll);
    }
  }

  async #run(poll: Poll): Promise<void> {
    this.#underWay += 1;
    const pauseMs = await this.#ask(poll);
    this.#underWay -= 1;
    if (!poll.stop.signal.aborted) this.#schedule(poll, pauseMs);
    this.#next();
  }

  #schedule(poll: Poll, pauseMs: number): void {
    if (pauseMs === 0) return void this.#waiting.push(poll);
    poll.pause = this.#host.parts.settings.clock.after(pauseMs, () => {
      this.#waiting.push(poll);
      this.#next();
    });
  }

  /** Answers with how long to wait before the next request, in milliseconds. */
  async #ask(poll: Poll): Promise<number> {
    const { stream, first, stop: { signal } } = poll;
    const { requests, parts: { positions, settings: { clock } } } = this.#host;
    const askedAt = clock.elapsed();
    try {
      const news = await requests.news(stream, positions.get(stream), first ? 0 : waitSeconds, signal);
      if (signal.aborted) return 0;
      poll.first = false;
      this.#host.heard();
      this.#take(stream, news);
      const early = news.messages.length === 0 && clock.elapsed() - askedAt < leastPauseMs;
      return early && !first ? leastPauseMs : 0;
    } catch (error) {
      if (signal.aborted) return 0;
      if (this.#host.refuses(error, stream)) this.#host.update();
      else this.#host.fail(error);
      return 0;
    }
  }

  #take(stream: string, { beginning, stale, messages }: News): void {
    const { inbox, positions } = this.#host.parts;
    const { epoch, offset } = beginning;
    if (beginning.recovered !== true) inbox.begin(stream, beginning);
    inbox.status(stream, stale);
    for (const message of messages) {
      if (!inbox.data(message, epoch)) return;
    }
    if (messages.length === 0) positions.reach(stream, { epoch, offset });
  }
}
