import type { JobProgress, StartedJob } from "../../client/mod.ts";
import { escapeControls } from "../../telemetry/mod.ts";
import { phaseOf, type Shown, type View } from "./view.ts";

/** Percents between two lines. */
const stride = 10;

/** Writes a line when a job begins, changes its state, or has moved on by a tenth. */
export class PlainView implements View {
  readonly #shown: Shown;
  #status: JobProgress["status"] | undefined;
  #next = stride;

  constructor(shown: Shown) {
    this.#shown = shown;
    shown.write(`${shown.name}: ${shown.preparation}\n`);
  }

  started({ jobId, transactionId }: StartedJob): void {
    this.#shown.write(`${escapeControls(`job ${jobId}, transaction ${transactionId}`)}\n`);
  }

  progress(progress: JobProgress): void {
    const { status, progress: percentage, messages, maxMessages } = progress;
    if (status === this.#status && percentage < this.#next) return;
    this.#status = status;
    this.#next = stride * (Math.floor(percentage / stride) + 1);
    const count = status === "processing" ? `  ${messages} of ${maxMessages} messages` : "";
    this.#shown.write(`${String(percentage).padStart(3)} %  ${phaseOf(progress)}${count}\n`);
  }

  end(): void {}
}
