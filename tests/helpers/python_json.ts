import { readLines } from "../../lib/cli/stdio.ts";

/** Answers each line, a JSON string that holds a text, with Python's rendering of that text, or with its refusal. */
const program = `
import json, math, sys
getattr(sys, "set_int_max_str_digits", lambda limit: None)(0)

def refuse(name):
    raise ValueError(name)

def finite(text):
    return float(text) if math.isfinite(float(text)) else refuse(text)

for line in sys.stdin:
    try:
        value = json.loads(json.loads(line), parse_constant=refuse, parse_float=finite)
        print(json.dumps(value, sort_keys=True), flush=True)
    except ValueError:
        print("refused", flush=True)
`;

/** Python's own json module, in one process for many questions. */
export class PythonJson implements AsyncDisposable {
  readonly #process = new Deno.Command("python3", {
    args: ["-c", program],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  readonly #questions = this.#process.stdin.getWriter();
  readonly #answers = readLines(this.#process.stdout);

  /** Whether python3 can be run here; says so on standard error if not. */
  static async available(): Promise<boolean> {
    try {
      return (await new Deno.Command("python3", { args: ["-c", ""] }).output()).success;
    } catch (error) {
      await Deno.stderr.write(new TextEncoder().encode(`No comparison with Python: ${error}\n`));
      return false;
    }
  }

  /** What `json.dumps(json.loads(text), sort_keys=True)` gives, or "refused". */
  async render(text: string): Promise<string> {
    await this.#questions.write(new TextEncoder().encode(`${JSON.stringify(text)}\n`));
    const { value } = await this.#answers.next();
    return value ?? "no answer";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#questions.close();
    await this.#answers.return(undefined);
    await this.#process.status;
  }
}
