import type { Answer, AuditProgress, Order, Tasks } from "./tasks.ts";

/** The worker's file, which the page names, and nobody loads before something is to be checked. */
function workerUrl(): URL {
  const path = document.querySelector<HTMLElement>("[data-verifier]")?.dataset["verifier"];
  if (path === undefined) throw new Error("Cannot check: the page names no verifier");
  return new URL(path, document.baseURI);
}

/** Has something checked apart from the page; `signal` gives it up. */
export async function check<Name extends keyof Tasks>(
  name: Name,
  order: Tasks[Name]["order"],
  { signal, tell }: { readonly signal?: AbortSignal; readonly tell?: (progress: AuditProgress) => void } = {},
): Promise<Tasks[Name]["outcome"]> {
  const worker = new Worker(workerUrl(), { type: "module" });
  try {
    return await new Promise((resolve, reject) => {
      worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
        if (data.kind === "progress") tell?.(data.progress);
        else if (data.kind === "outcome") resolve(data.outcome);
        else reject(new Error(data.message));
      });
      worker.addEventListener("error", ({ message }) => {
        reject(new Error(message || "Cannot load the verifier: reload the page"));
      });
      signal?.addEventListener("abort", () => reject(signal.reason));
      worker.postMessage({ name, order } as Order);
    });
  } finally {
    worker.terminate();
  }
}
