import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { makePrivateFile } from "../private_files.ts";

const mostNames = 1000;

/**
 * A server's name among those that share its store. On a store in a file it is the first number that no living process
 * holds, so that a server which crashed and starts again has its former name and knows what it left undone; the lock is
 * SQLite's own, which the operating system drops with the process, as it does for the store itself. On a store elsewhere
 * nothing tells a former life from another server: there each start has a name of its own.
 */
export class InstanceName implements Disposable {
  readonly #lock: DatabaseSync | undefined;

  private constructor(readonly value: string, lock?: DatabaseSync) {
    this.#lock = lock;
  }

  /**
   * Takes a name, which is its own until it is disposed of.
   *
   * @param location the store, as for `openEngine`
   */
  static claim(location: string): InstanceName {
    if (!isFile(location)) return new InstanceName(crypto.randomUUID());
    for (let number = 1; number <= mostNames; number += 1) {
      const lock = tryLock(`${location}.instance-${number}`);
      if (lock !== undefined) return new InstanceName(String(number), lock);
    }
    throw new Error(`Cannot share the store ${location}: ${mostNames} servers use it already`);
  }

  /** Whether a living server has a name on a store in a file. */
  static isTaken(location: string): boolean {
    const [folder, start] = [dirname(location), `${basename(location)}.instance-`];
    return Deno.readDirSync(folder).some(({ name }) => {
      if (!name.startsWith(start)) return false;
      const lock = tryLock(join(folder, name));
      lock?.close();
      return lock === undefined;
    });
  }

  [Symbol.dispose](): void {
    this.#lock?.close();
  }
}

/** Whether a store's location is a file's path. */
export function isFile(location: string): boolean {
  return location !== ":memory:" && !/^(?:https?|postgres(?:ql)?):\/\//.test(location);
}

/** An empty database that nobody else can open like this; undefined when somebody has. */
function tryLock(path: string): DatabaseSync | undefined {
  makePrivateFile(path);
  const database = new DatabaseSync(path);
  try {
    // Without a journal there is no second file; nothing is ever written.
    database.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return database;
  } catch (cause) {
    database.close();
    // All errors of the runtime's SQLite have the same code.
    if (cause instanceof Error && cause.message.includes("locked")) return undefined;
    throw new Error(`Cannot lock ${path}: ${(cause as Error).message}`, { cause });
  }
}
