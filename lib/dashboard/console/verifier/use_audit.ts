import { useCallback, useEffect, useRef, useState } from "react";
import type { Api } from "../api.ts";
import type { AuditOrder, AuditOutcome, AuditProgress } from "./tasks.ts";
import { check } from "./verifier.ts";

/** How far an audit is. */
export type AuditStage =
  | { readonly kind: "none" }
  | { readonly kind: "loading"; readonly receipts: number }
  | { readonly kind: "checking"; readonly progress: AuditProgress; readonly size: number }
  | { readonly kind: "done"; readonly file: Blob; readonly outcome: AuditOutcome }
  | { readonly kind: "failed"; readonly message: string };

/** Receipts that are asked for at a time. */
const page = 1000;

/** All of a miner's confirmations, one on each line. */
export async function loadReceipts(
  api: Api,
  miner: string,
  from: number,
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: (receipts: number) => void },
): Promise<Blob> {
  const pages: string[] = [];
  for (let after = from - 1;;) {
    const text = await api.text(`admin/miners/${miner}/receipts?after=${after}&limit=${page}`);
    signal.throwIfAborted();
    const lines = text.split("\n").slice(0, -1);
    pages.push(text);
    after += lines.length;
    if (lines.length < page) return new Blob(pages, { type: "application/x-ndjson" });
    tell(after - from + 1);
  }
}

/** Audits one thing at a time: what is begun later ends what was begun before. */
export function useAudit(): [AuditStage, (order: (parts: Loading) => Promise<AuditOrder>) => void] {
  const [stage, setStage] = useState<AuditStage>({ kind: "none" });
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  const start = useCallback((order: (parts: Loading) => Promise<AuditOrder>) => {
    running.current?.abort();
    const { signal } = running.current = new AbortController();
    const show = (stage: AuditStage) => void (signal.aborted || setStage(stage));
    show({ kind: "loading", receipts: 0 });
    const run = async () => {
      const made = await order({ signal, tell: (receipts) => show({ kind: "loading", receipts }) });
      const { size } = made.file;
      const tell = (progress: AuditProgress) => show({ kind: "checking", progress, size });
      tell({ lines: 0, bytes: 0 });
      const outcome = await check("audit", made, { signal, tell });
      show({ kind: "done", file: made.file, outcome });
    };
    run().catch((error) => show({ kind: "failed", message: (error as Error).message }));
  }, []);
  return [stage, start];
}

/** What an order is made with. */
interface Loading {
  readonly signal: AbortSignal;
  readonly tell: (receipts: number) => void;
}
