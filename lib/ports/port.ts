/**
 * What a port tells of a request: the client's own address, and where it is known when the answer was sent. Whoever looks
 * at `completed` has to handle its rejection, which is that the client went away.
 */
export type PortInfo =
  & Pick<Deno.ServeHandlerInfo, "remoteAddr">
  & Partial<Pick<Deno.ServeHandlerInfo, "completed">>;

/** Answers the requests of one port. */
export type PortHandler = (request: Request, info: PortInfo) => Response | Promise<Response>;

/** Where a port is opened. */
export interface PortAddress {
  readonly hostname: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** A port that is open. */
export interface Port {
  readonly scheme: "http" | "https";
  readonly port: number;
  /** Serves nothing new, and ends all connections once the answers under way are sent, or after `patience` milliseconds. */
  close(patience: number): Promise<void>;
}
