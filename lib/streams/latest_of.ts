import type { StreamSource } from "./definition.ts";

/** A source whose every answer takes the place of the one before. */
export function latestOf<T>(ask: () => Promise<T>): StreamSource {
  let latest: T | undefined;
  return {
    async poll() {
      latest = await ask();
      return [latest];
    },
    current: () => latest,
  };
}
