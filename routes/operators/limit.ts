import { count } from "../http/query.ts";

/** How many a query asks for at the most. */
export const limit = (most: number) =>
  count.refine((limit) => limit >= 1 && limit <= most, `expected 1 to ${most}`);
