import type { OwnStreamMessage, StreamData } from "../../protocol/streams.ts";
import { EventHub } from "../event_hub.ts";
import { initialSnapshot, type StreamSnapshot } from "./snapshot.ts";
import type { SharedClientOptions, StreamRegistry } from "./stream_registry.ts";
import type { StreamWishes } from "./stream_wishes.ts";

/** The newest data of streams by their name, the operator's own among them. */
export type StreamDataByName =
  & { readonly [Name in keyof StreamData]?: StreamData[Name] }
  & Readonly<Record<string, unknown>>;

/** What a component sees; frozen, and another object whenever something of it changes. */
export interface StreamView {
  readonly snapshot: StreamSnapshot;
  readonly data: StreamDataByName;
  /** Why a stream does not come, by its name. */
  readonly refusals: Readonly<Record<string, string>>;
}

/** What there is to see before a component is mounted, and on a server. */
export const initialView: StreamView = Object.freeze({
  snapshot: initialSnapshot,
  data: Object.freeze({}),
  refusals: Object.freeze({}),
});

/** Ties one component to a shared client for as long as it is mounted. */
export class StreamBinding {
  readonly #registry: StreamRegistry;
  readonly #options: SharedClientOptions;
  readonly #wishes: StreamWishes;
  readonly #hub = new EventHub<StreamView>();
  #view = initialView;

  /** Does nothing before {@link attach}. */
  constructor(registry: StreamRegistry, options: SharedClientOptions, wishes: StreamWishes) {
    this.#registry = registry;
    this.#options = options;
    this.#wishes = wishes;
  }

  readonly view = (): StreamView => this.#view;

  readonly onChange = (listener: () => void): () => void => this.#hub.subscribe(() => listener());

  /** Connects and listens; the answer stops that. */
  readonly attach = (): () => void => {
    try {
      return this.#attach();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#show({ snapshot: Object.freeze({ ...initialSnapshot, state: "closed", error: message }) });
      return () => {};
    }
  };

  #attach(): () => void {
    const { client, release } = this.#registry.acquire(this.#options);
    const subscriptions = new Map<string, () => void>();
    const follow = () => {
      for (const [name, end] of subscriptions) {
        if (!this.#wishes.has(name)) this.#forget(name, end, subscriptions);
      }
      for (const { stream, token } of this.#wishes.all.filter(({ stream }) => !subscriptions.has(stream))) {
        const listener = (message: OwnStreamMessage) => this.#receive(message);
        const onError = (error: string) => this.#refuse(stream, error);
        subscriptions.set(stream, client.subscribe(stream, listener, { onError, token }));
      }
    };
    const ends = [
      client.onChange(() => this.#show({ snapshot: client.snapshot })),
      this.#wishes.onChange(follow),
      release,
    ];
    this.#show({ snapshot: client.snapshot });
    follow();
    return () => {
      for (const end of [...subscriptions.values(), ...ends]) end();
    };
  }

  #forget(name: string, end: () => void, subscriptions: Map<string, () => void>): void {
    end();
    subscriptions.delete(name);
    const { [name]: _data, ...data } = this.#view.data;
    const { [name]: _refusal, ...refusals } = this.#view.refusals;
    this.#show({ data, refusals });
  }

  #receive({ type, data }: OwnStreamMessage): void {
    const { [type]: _refusal, ...refusals } = this.#view.refusals;
    this.#show({ data: { ...this.#view.data, [type]: data }, refusals });
  }

  #refuse(name: string, error: string): void {
    this.#show({ refusals: { ...this.#view.refusals, [name]: error } });
  }

  #show(change: Partial<StreamView>): void {
    this.#view = Object.freeze({ ...this.#view, ...change });
    this.#hub.emit(this.#view, () => {});
  }
}
