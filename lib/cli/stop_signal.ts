/** As a shell reports the deaths of processes: 128 and the signal's number. POSIX, XCU 2.8.2. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** Aborts at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function stopSignal(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const names = Deno.build.os === "windows" ? ["SIGINT"] as const : ["SIGINT", "SIGTERM"] as const;
  const listeners = names.map((name) => {
    const listener = () => controller.signal.aborted ? Deno.exit(exitCodes[name]) : controller.abort();
    Deno.addSignalListener(name, listener);
    return { name, listener };
  });
  const release = () => listeners.forEach(({ name, listener }) => Deno.removeSignalListener(name, listener));
  return { signal: controller.signal, release };
}

/** Resolves when a signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
