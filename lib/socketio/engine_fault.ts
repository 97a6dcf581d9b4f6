/** What was wrong with a session that ends by a fault: as a word, since messages are for people. */
export type FaultKind =
  /** What its protocol does not allow. */
  | "protocol"
  /** More waited unsent than may. */
  | "slow"
  /** More messages came than may. */
  | "rate"
  /** A message was too large. */
  | "size"
  /** The connection broke. */
  | "lost";

/** Why a session ended, where the reason that its protocol has for it does not say enough. */
export class EngineFault extends Error {
  override readonly name = "EngineFault";

  constructor(readonly kind: FaultKind, message: string) {
    super(message);
  }
}
