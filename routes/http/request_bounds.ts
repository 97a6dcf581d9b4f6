import { BadRequest } from "./errors.ts";

const maxUrl = 8 * 1024;
const maxHeaders = 32 * 1024;
const maxFields = 100;

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
