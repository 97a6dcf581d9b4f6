import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type { Judgement, ToldSession } from "../../protocol/mod.ts";
import type { Api } from "./api.ts";
import type { GatewayActivity } from "../../protocol/streams.ts";
import type { EventName, Feed } from "./feed.ts";
import type { Memory } from "./memory.ts";

/** What all pages work with. */
interface ConsoleParts {
  readonly api: Api;
  readonly feed: Feed;
  readonly memory: Memory;
  readonly session: ToldSession;
  readonly setSession: (session: ToldSession) => void;
}

/** The parts of the console. */
export const ConsoleContext = createContext<ConsoleParts | undefined>(undefined);

/** The parts of the console around a component. */
export function useConsole(): ConsoleParts {
  const parts = useContext(ConsoleContext);
  if (parts === undefined) throw new TypeError("Cannot use the console: the component is outside of it");
  return parts;
}

/**
 * Calls `listener` with the events of a name: every one, or with the newest once in so many milliseconds, for what costs
 * something.
 */
export function useFeed<Data>(name: EventName, listener: (data: Data) => void, atMostEvery = 0): void {
  const { feed } = useConsole();
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const tell = (data: unknown) => latest.current(data as Data);
    if (atMostEvery === 0) return feed.on(name, tell);
    let [waiting, heldUntil] = [undefined as number | undefined, 0];
    let newest: unknown;
    const stop = feed.on(name, (data) => {
      newest = data;
      waiting ??= setTimeout(() => {
        waiting = undefined;
        heldUntil = Date.now() + atMostEvery;
        tell(newest);
      }, Math.max(0, heldUntil - Date.now()));
    });
    return () => {
      stop();
      clearTimeout(waiting);
    };
  }, [feed, name, atMostEvery]);
}

/** Whether events come. */
export function useConnected(): boolean {
  const { feed } = useConsole();
  return useSyncExternalStore(feed.watch, () => feed.connected);
}

/** What the gateway does; undefined until it has said so. */
export function useActivity(): GatewayActivity | undefined {
  const { memory } = useConsole();
  return useSyncExternalStore(memory.watch, () => memory.activity);
}

/** What was judged lately, the newest first. */
export function useJudgements(): readonly Judgement[] {
  const { memory } = useConsole();
  return useSyncExternalStore(memory.watch, () => memory.judgements);
}

/** What was read, and how to read it again. */
export interface Reading<Data> {
  readonly data: Data | undefined;
  readonly error: string | undefined;
  readonly reload: () => void;
}

/** Reads something of the API: at once, every so many milliseconds, and whenever events come back. */
export function useReading<Data>(path: string, every?: number): Reading<Data> {
  const { api } = useConsole();
  const connected = useConnected();
  const [data, setData] = useState<Data>();
  const [error, setError] = useState<string>();
  const read = useCallback(async (background: boolean) => {
    try {
      setData(await api.get<Data>(path, background));
      setError(undefined);
    } catch (error) {
      setError((error as Error).message);
    }
  }, [api, path]);
  useEffect(() => {
    void read(false);
    if (every === undefined) return;
    const timer = setInterval(() => document.hidden || void read(true), every);
    return () => clearInterval(timer);
  }, [read, every]);
  useEffect(() => {
    if (connected) void read(true);
  }, [connected, read]);
  return { data, error, reload: () => void read(true) };
}

/** Whether actions are allowed just now. */
export function useUnlocked(): boolean {
  const { session: { unlocked_until } } = useConsole();
  const until = unlocked_until === null ? 0 : Date.parse(unlocked_until);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (until <= Date.now()) return;
    const timer = setTimeout(() => setNow(Date.now()), until - Date.now() + 50);
    return () => clearTimeout(timer);
  }, [until]);
  return until > Math.max(now, Date.now() - 1);
}
