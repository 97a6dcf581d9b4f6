import { sampleHost } from "../../../lib/dashboard/reference/contract.ts";

/** How a request is made, or a message sent, in the ways that clients have. */
export interface Samples {
  readonly curl: string;
  readonly typescript: string;
  readonly python: string;
}

/** Where a sample asks: the page's script puts its own server there. */
export function sampleUrl(path: string, protocol: "http" | "ws" = "http"): string {
  return `${protocol}://${sampleHost}${path}`;
}
