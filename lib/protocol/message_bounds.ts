/**
 * Bytes of a message whose sender has proved nothing: an authentication takes half a kilobyte, a subscription to every
 * stream with its positions six.
 */
export const maxStrangerSize = 16 * 1024;

/**
 * Values that a message may hold, by who sent it. A miner's batch of a hundred predictions has some two thousand, the
 * operator's list of ten thousand games two hundred thousand.
 */
export const valueBounds = {
  stranger: 1000,
  miner: 10_000,
  job: 10_000,
  publication: 10_000,
  operator: 1_000_000,
} as const;

/** Most characters of a prediction, or a game, as signed text. */
export const maxTextLength = 60_000;
