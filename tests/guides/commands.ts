/** A piece of a guide that is meant for a shell. */
export interface Block {
  readonly guide: string;
  /** Where its first line stands. */
  readonly line: number;
  readonly text: string;
  /** Why it is not run; undefined: it is. */
  readonly skipped: string | undefined;
}

/** Fenced blocks of `sh`; a comment `<!-- not run: REASON -->` above one says that it is not run, and why. */
export function blocksOf(guide: string, markdown: string): Block[] {
  const fence = /(?:<!-- not run: ([^]*?) -->\s*)?^```sh([^\n]*)\n([^]*?)^```$/gm;
  return [...markdown.matchAll(fence)].map((match) => {
    const [whole, reason, info = "", text = ""] = match;
    const start = match.index + whole.indexOf("```sh");
    const line = markdown.slice(0, start).split("\n").length + 1;
    const skipped = reason?.replaceAll(/\s+/g, " ") ?? (info.trim() === "" ? undefined : info.trim());
    return { guide, line, text, skipped };
  });
}

/** Where a guide's commands are run. */
interface Place {
  /** A copy of the repository. */
  readonly checkout: string;
  /** A folder for what stands in a second terminal's place. */
  readonly tools: string;
}

/**
 * What a reader does besides typing: a command that serves stays in a terminal of its own, and what never ends is ended with
 * Ctrl-C. Both are done for whole commands, so that the text of a guide is run word for word.
 */
const terminal = `#!/usr/bin/env bash
served() { # waits until the server in the other terminal is ready
  for _ in $(seq 300); do
    if "$REAL_CURL" -fs -o /dev/null "http://localhost:10401/readyz"; then return 0; fi
    sleep 0.1
  done
  echo "the server did not start" >&2; cat "$TOOLS/server.log" >&2; exit 1
}
case "$(basename "$0") $*" in
  "deno task start"*)
    setsid "$REAL_DENO" "$@" </dev/null >"$TOOLS/server.log" 2>&1 &
    served ;;
  "heliograph serve"*)
    shift
    setsid "$REAL_DENO" task -q start "$@" </dev/null >"$TOOLS/server.log" 2>&1 &
    served ;;
  "deno run "*"miner.ts"*) timeout 5 "$REAL_DENO" "$@"; [ $? = 124 ] ;;
  "deno "*) exec "$REAL_DENO" "$@" ;;
  "heliograph "*) exec "$REAL_DENO" task -q heliograph "$@" ;;
  "npx -y deno@2.9.6 "*) shift 2; exec deno "$@" ;;
  "sudo systemctl stop heliograph") kill -TERM "$(lsof -ti tcp:10401 -s tcp:listen)"
    while lsof -ti tcp:10401 -s tcp:listen >/dev/null; do sleep 0.1; done; sleep 1 ;;
  "curl "*"events"*) "$REAL_CURL" --max-time 4 "$@"; [ $? = 28 ] ;;
  "curl "*) exec "$REAL_CURL" --max-time 60 --fail-with-body "$@" ;;
esac
`;

/** Makes the folder of {@link Place.tools}. */
export async function makeTools(tools: string): Promise<void> {
  await Deno.mkdir(tools, { recursive: true });
  for (const name of ["deno", "heliograph", "npx", "curl", "sudo"]) {
    await Deno.writeTextFile(`${tools}/${name}`, terminal, { mode: 0o755 });
  }
}

/**
 * A program for bash that runs the blocks of one guide in one shell, one after the other, in a network of its own, with a
 * gateway where the guide starts none itself. It prints `== LINE` before each.
 */
export function programOf(blocks: readonly Block[]): string {
  const run = blocks.filter(({ skipped }) => skipped === undefined);
  const starts = run.some(({ text }) => /^(?:npx -y deno@\S+|deno) task start/m.test(text));
  const pieces = run.map(({ line, text }) => `printf '== %s\\n' ${line}\n${text}`);
  return [
    "set -euo pipefail",
    "ip link set lo up",
    'export PATH="$TOOLS:$PATH" HELIOGRAPH_ADMIN_TOKEN=the-token-of-the-reader',
    ...starts ? [] : ["deno task start"],
    ...pieces,
    "",
  ].join("\n");
}
