/** How this program is called, for hints that are to be typed: the binary, or the task of a checkout. */
export const programName: string = Deno.build.standalone ? "heliograph" : "deno task heliograph";
