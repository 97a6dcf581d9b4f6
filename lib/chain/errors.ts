/** A node that cannot be reached, does not answer in time, answers with an error, or says what cannot be. */
export class NodeError extends Error {
  override readonly name = "NodeError";
}

/** What a node holds is laid out otherwise than this program knows it: nothing of it is used. */
export class LayoutError extends Error {
  override readonly name = "LayoutError";
}
