/** What clients of another protocol revision are told. */
export const versionHint = "Socket.IO clients of versions 3 and 4 (EIO=4) work here, those of 1 and 2 do not";

const handshake = { sid: "none", upgrades: [], pingInterval: 25_000, pingTimeout: 20_000 };

/**
 * What a client of Socket.IO 1 or 2 reads as a session that ends with an error for its application, which never sees the
 * answer to a refused request.
 */
export const olderFrames: readonly string[] = [
  `0${JSON.stringify(handshake)}`,
  `44${JSON.stringify(versionHint)}`,
];

/** The same as one answer to its poll, in revision 3's framing. */
export function answerOlderPoll(): Response {
  const body = [...olderFrames, "1"].map((packet) => `${packet.length}:${packet}`).join("");
  return new Response(body, { headers: { "content-type": "text/plain; charset=UTF-8" } });
}
