import { BadRequest } from "./errors.ts";

const maxUrl = 8 * 1024;
const maxHeaders = 32 * 1024;
const maxFields = 100;

/**
 * Refuses a body of HTTP/1.1 whose length nobody tells (411). However small its chunks are, the runtime works on each for some
 * 35 µs and gives nobody else a turn, also where nobody reads them any more: a megabyte in single bytes would keep everybody
 * waiting for half a minute. And what follows the last chunk it gathers without any bound.
 */
export function checkLength({ headers }: Request): void {
  if (!headers.has("transfer-encoding")) return;
  throw new BadRequest("the body needs a Content-Length, and no chunks", 411, "length_required");
}

/** Refuses a request whose URL (414) or headers (431) are larger than any client of ours has need of. */
export function checkSize({ url, headers }: Request): void {
  if (url.length > maxUrl) {
    throw new BadRequest(`the URL is longer than ${maxUrl} characters`, 414, "too_large");
  }
  let [size, fields] = [0, 0];
  // An iterator would take half as long again.
  headers.forEach((value, name) => {
    size += name.length + value.length;
    fields += 1;
  });
  if (size > maxHeaders || fields > maxFields) {
    const detail = `the headers are larger than ${maxHeaders} characters or more than ${maxFields} fields`;
    throw new BadRequest(detail, 431, "too_large");
  }
}
