import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { Kind, toldFigures } from "../../lib/protocol/mod.ts";
import {
  type FigureName,
  figureNames,
  figures as allFigures,
  historyRanges,
} from "../../lib/telemetry/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { readQuery } from "../http/query.ts";
import { adminRoute } from "./admin_route.ts";

const query = z.object({
  metric: z.string().max(1024).optional(),
  range: z.enum(historyRanges).default("1h"),
});
const figureList = new Kind(
  "Figures",
  () =>
    z.object({
      metrics: z.array(z.object({ name: z.string(), title: z.string(), unit: z.string() })),
    }),
  { metrics: [{ name: "loop_lag", title: "Event-loop lag", unit: "ms" }] },
);
const history = Kind.anyOf("FigureHistory", [toldFigures, figureList]);

/** The last hour or day of figures. Below `/admin`, where it is checked who asks. Protocol, section 6. */
export function figureHistoryRoutes({ figures }: Gateway): Hono<Env> {
  return new Hono<Env>()
    .get(
      "/",
      adminRoute({
        summary: "The last hour or day of figures",
        description: "`metric` names some with commas between; without it, all that there are are listed.",
        query,
        answers: { 200: { description: "The figures", kind: history }, ...refusals(400) },
      }, (context) => {
        const { metric, range } = readQuery(query, context.req.query());
        if (metric === undefined) {
          return answerJson(context, {
            metrics: figureNames.map((name) => ({ name, ...allFigures[name] })),
          });
        }
        const series = figures.read(range, metric.split(",").map(readFigure));
        const marks = figures.marks.all.map((mark) => ({ ...mark, at: mark.at / 1000 }));
        return answerJson(context, { range, ...series, marks: marks.filter(({ at }) => at >= series.from) });
      }),
    );
}

function readFigure(name: string): FigureName {
  const known = figureNames.find((figure) => figure === name);
  if (known === undefined) {
    throw new BadRequest(`Invalid query: metric: there is no ${name.slice(0, 64)}`);
  }
  return known;
}
