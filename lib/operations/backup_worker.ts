/// <reference lib="deno.worker" />
import { backupStore } from "./backup_store.ts";
import type { BackupNews, BackupTask } from "./backups.ts";

const tell = (news: BackupNews) => self.postMessage(news);

/** Makes one backup, away from the thread that serves. */
self.onmessage = async ({ data: { location, file } }: MessageEvent<BackupTask>): Promise<void> => {
  try {
    const { receipts } = await backupStore(
      location,
      file,
      (done, all) => tell({ kind: "progress", done, all }),
    );
    tell({ kind: "made", receipts });
  } catch (error) {
    tell({ kind: "failed", problem: (error as Error).message });
  }
};
