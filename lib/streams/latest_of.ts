import type { StreamSource } from "./definition.ts";

/** A source whose every answer takes the place of the one before. */
export function latestOf<T>(ask: () => Promise<T>): StreamSource {
  let latest: unknown;
  return {
    async poll() {
      latest = await ask();
      return [latest];
    },
    current: () => latest,
    recover(published) {
      latest = published.at(-1) ?? latest;
    },
  };
}
