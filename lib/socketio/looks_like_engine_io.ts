/** Whether a request that came to another path is a Socket.IO client's: it names a protocol revision and a transport. */
export function looksLikeEngineIo(url: URL): boolean {
  return /^\d$/.test(url.searchParams.get("EIO") ?? "") && url.searchParams.has("transport");
}
