/** Commands that have a task of their own in a checkout. */
const tasks = ["demo", "doctor", "miner"];

/** How a command of this program is called, for hints that are to be typed: of the binary, or as a task of a checkout. */
export function callOf(command: string): string {
  if (Deno.build.standalone) return `heliograph ${command}`;
  return tasks.includes(command) ? `deno task ${command}` : `deno task heliograph ${command}`;
}
