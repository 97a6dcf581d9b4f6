/// <reference lib="deno.worker" />
/** Takes its setup and dies of its first batch. */
self.onmessage = ({ data }: MessageEvent<unknown>): void => {
  if (Array.isArray(data)) throw new Error("worker ends");
};
