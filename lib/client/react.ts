/**
 * React hooks for a gateway's live streams. Components that name the same URL and options share one connection.
 *
 * @module
 */
import {
  type Context,
  createContext,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type { StreamData } from "../protocol/streams.ts";
import type { StreamState } from "./streams/snapshot.ts";
import {
  initialView,
  StreamBinding,
  type StreamDataByName,
  type StreamView,
} from "./streams/stream_binding.ts";
import { type SharedClientOptions, StreamRegistry } from "./streams/stream_registry.ts";
import type { TokenSource } from "./streams/stream_tokens.ts";
import { StreamWishes } from "./streams/stream_wishes.ts";

export type { StreamDataByName } from "./streams/stream_binding.ts";
export { type SharedClientOptions, type StreamLease, StreamRegistry } from "./streams/stream_registry.ts";

/** How a hook's connection stands. `disconnected`: it ended, and does not come back by itself. */
export type ConnectionState = Exclude<StreamState, "closed"> | "disconnected";

/** What {@link useWebSocket} is called with. */
export type UseWebSocketOptions = SharedClientOptions;

/** What {@link useWebSocket} answers with. */
export interface WebSocketStreams {
  /** How the connection stands. */
  readonly state: ConnectionState;
  /** Listens to a stream, with a token where it needs one; always the same function. */
  readonly subscribe: (stream: string, token?: TokenSource) => void;
  /** Listens to it no more; always the same function. */
  readonly unsubscribe: (stream: string) => void;
  /** The newest data of the streams that are listened to. */
  readonly data: StreamDataByName;
  /** Why there is no connection, or what the server refused last. */
  readonly error: string | undefined;
}

/** What {@link useDataStream} answers with. */
export interface DataStream<Data> {
  /** The newest data; undefined before the first. */
  readonly data: Data | undefined;
  /** Whether messages come just now. */
  readonly connected: boolean;
  /** Why the stream does not come; undefined while it does. */
  readonly error: string | undefined;
}

/** Where hooks find their clients. A provider of another registry changes what clients are made with. */
export const StreamRegistryContext: Context<StreamRegistry> = createContext(new StreamRegistry());

/** A connection, made when the component is mounted, for any of the gateway's streams. */
export function useWebSocket(options: UseWebSocketOptions): WebSocketStreams {
  const [wishes] = useState(() => new StreamWishes());
  const { snapshot: { state, error }, data } = useView(options, wishes);
  return {
    state: state === "closed" ? "disconnected" : state,
    subscribe: wishes.add,
    unsubscribe: wishes.delete,
    data,
    error,
  };
}

/** How {@link useDataStream} listens. */
export interface DataStreamOptions {
  /** For a stream that needs one. A function is called again whenever the server wants another; it may be a new one each time. */
  readonly token?: TokenSource | undefined;
}

/** The newest data of one stream of the gateway at `url`. */
export function useDataStream<Name extends keyof StreamData>(
  stream: Name,
  url: string,
  options?: DataStreamOptions,
): DataStream<StreamData[Name]>;
/** The same for a stream of the operator's own, whose values are `Data` as far as the caller knows. */
export function useDataStream<Data = Readonly<Record<string, unknown>>>(
  stream: string,
  url: string,
  options?: DataStreamOptions,
): DataStream<Data>;
export function useDataStream(
  stream: string,
  url: string,
  { token }: DataStreamOptions = {},
): DataStream<unknown> {
  const wishes = useWish(stream, token);
  const view = useView({ url }, wishes);
  return {
    data: view.data[stream],
    connected: view.snapshot.state === "connected",
    error: errorOf(stream, view),
  };
}

/** One wish for as long as the stream is the same: a component has another function for tokens each time. */
function useWish(stream: string, token: TokenSource | undefined): StreamWishes {
  const latest = useRef(token);
  useEffect(() => void (latest.current = token));
  const fixed = typeof token === "function" ? getToken : token;
  return useMemo(() => {
    const ask = () => typeof latest.current === "function" ? latest.current() : latest.current ?? "";
    return new StreamWishes([{ stream, token: fixed === getToken ? ask : fixed }]);
  }, [stream, fixed]);
}

/** Stands for whichever function there is. */
const getToken = () => "";

function useView(
  { url, reconnect, reconnectInterval }: SharedClientOptions,
  wishes: StreamWishes,
): StreamView {
  const registry = useContext(StreamRegistryContext);
  const binding = useMemo(
    () => new StreamBinding(registry, { url, reconnect, reconnectInterval }, wishes),
    [registry, url, reconnect, reconnectInterval, wishes],
  );
  useEffect(binding.attach, [binding]);
  return useSyncExternalStore(binding.onChange, binding.view, () => initialView);
}

/** The connection's error as long as there is none, for while there is one its error may be about another stream. */
function errorOf(stream: string, { snapshot, refusals }: StreamView): string | undefined {
  const lost = snapshot.state === "connected" ? undefined : snapshot.error;
  return refusals[stream] ?? lost ?? snapshot.stale[stream];
}
