/** As a shell reports the deaths of processes: 128 and the signal's number. POSIX, XCU 2.8.2. */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

type Name = keyof typeof exitCodes;

/** What signals come from, and what is done about a second one; tests hand in their own. */
interface SignalSource {
  readonly listen: (name: Name, listener: () => void) => void;
  readonly unlisten: (name: Name, listener: () => void) => void;
  readonly exit: (code: number) => void;
  /** Milliseconds since any moment. */
  readonly now: () => number;
}

const system: SignalSource = {
  listen: Deno.addSignalListener,
  unlisten: Deno.removeSignalListener,
  exit: Deno.exit,
  now: () => performance.now(),
};

/** Milliseconds within which a second SIGINT is the same Ctrl-C: `deno task` passes on what the terminal has sent already. */
const echo = 100;

/** Aborts at the first SIGINT or SIGTERM, or SIGHUP if that is to stop too; a second one ends the process at once. */
export function stopSignal(
  { hangup = false, source = system }: { readonly hangup?: boolean; readonly source?: SignalSource } = {},
): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const names = Deno.build.os === "windows"
    ? ["SIGINT"] as const
    : ["SIGINT", "SIGTERM", ...hangup ? ["SIGHUP"] as const : []] as const;
  let interruptedAt = -Infinity;
  const isEcho = (name: Name) => {
    const before = interruptedAt;
    if (name === "SIGINT") interruptedAt = source.now();
    return name === "SIGINT" && interruptedAt - before < echo;
  };
  const listeners = names.map((name) => {
    const listener = () => {
      if (isEcho(name)) return;
      if (controller.signal.aborted) source.exit(exitCodes[name]);
      else controller.abort();
    };
    source.listen(name, listener);
    return { name, listener };
  });
  const release = () => listeners.forEach(({ name, listener }) => source.unlisten(name, listener));
  return { signal: controller.signal, release };
}

/** Resolves when a signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
