import { Hono } from "hono";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { type Backup, BackupRefused, type BackupUnderWay, type NoBackup } from "../../lib/operations/mod.ts";
import { backupUnderWay, formatTimestamp, toldBackups } from "../../lib/protocol/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { adminRoute } from "./admin_route.ts";

const statuses: Readonly<Record<NoBackup, 409 | 503>> = { unavailable: 409, under_way: 409, no_space: 503 };

/** Backups of the store. Below `/admin`, where it is checked who asks. Protocol, section 6. */
export function backupRoutes({ backups }: Gateway): Hono<Env> {
  return new Hono<Env>().get(
    "/",
    adminRoute({
      summary: "The backups that this server has made",
      answers: { 200: { description: "Those in the folder", kind: toldBackups } },
    }, async (context) =>
      answerJson(context, {
        folder: backups.folder ?? null,
        under_way: backups.underWay === undefined ? null : describeUnderWay(backups.underWay),
        last_failure: backups.failure === null
          ? null
          : { at: formatTimestamp(backups.failure.at), problem: backups.failure.problem },
        backups: (await backups.list()).map(describe),
      })),
  ).post(
    "/",
    adminRoute({
      summary: "Make a backup of the store",
      description:
        "As `heliograph store backup` does, into the folder `store.backups`, of a store in a file: the answer comes when it is begun, `GET` says what becomes of it. Its name says when. Refused with 409 where one is being made (`backup_under_way`), where there is no folder for it, and for a store in PostgreSQL, whose pg_dump makes them (`backup_unavailable`); with 503 where the disk has no room (`backup_no_space`).",
      answers: {
        202: { description: "It is being made", kind: backupUnderWay },
        ...refusals(409, 503),
      },
    }, async (context) => {
      try {
        return answerJson(context, describeUnderWay(await backups.begin()), 202);
      } catch (error) {
        if (!(error instanceof BackupRefused)) throw error;
        throw new BadRequest(error.message, statuses[error.reason], `backup_${error.reason}`);
      }
    }),
  );
}

function describe({ name, bytes, madeAt }: Backup) {
  return { name, bytes, made_at: formatTimestamp(madeAt) };
}

function describeUnderWay({ since, ...rest }: BackupUnderWay) {
  return { ...rest, since: formatTimestamp(since) };
}
