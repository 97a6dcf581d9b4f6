import { assertEquals, assertThrows } from "@std/assert";
import {
  asksForHelp,
  boolean,
  filePath,
  flag,
  type Grammar,
  optional,
  readCommandLine,
  required,
  resolve,
  setting,
  UsageError,
} from "../../lib/config/mod.ts";

const options = {
  key: required(filePath, "A key."),
  json: flag("Prints JSON."),
  loud: setting(boolean, false, "Whether it is loud."),
  out: optional(filePath, "Where to."),
};

function read(args: string[], grammar: Partial<Grammar> = {}) {
  const { flags, operands } = readCommandLine(args, { options, operand: "[TEXT]", ...grammar });
  return { ...resolve(options, [flags]).values, operands };
}

function refusal(args: string[], grammar: Partial<Grammar> = {}): string {
  return assertThrows(() => read(args, grammar), UsageError).message;
}

const nothing = { json: false, loud: false, out: undefined, operands: [] };

Deno.test("a value stands behind a sign or a blank, and may hold both", () => {
  for (const args of [["--key=a=b c"], ["--key", "a=b c"]]) {
    assertEquals(read(args), { ...nothing, key: "a=b c" });
  }
  assertEquals(read(["--key=k", "--out", "-"]).out, "-");
});

Deno.test("a flag whose value may be left out takes the next word only where that is one", () => {
  assertEquals(read(["--key=k", "--loud"]).loud, true);
  assertEquals(read(["--key=k", "--loud", "False"]).loud, false);
  assertEquals(read(["--key=k", "--loud", "text"]), { ...nothing, key: "k", loud: true, operands: ["text"] });
  assertEquals(read(["--key=k", "--loud", "--json"]), { ...nothing, key: "k", loud: true, json: true });
});

Deno.test("nothing behind -- is a flag", () => {
  assertEquals(read(["--key=k", "--", "--json"]), { ...nothing, key: "k", operands: ["--json"] });
  assertEquals(asksForHelp(["sign", "--help"]), true);
  assertEquals(asksForHelp(["sign", "--", "--help"]), false);
});

Deno.test("a command line that cannot be understood is refused with what is wrong and what is meant", () => {
  const rows: [args: string[], says: string][] = [
    [[], "Missing --key=FILE"],
    [["--key"], "Flag --key has no value: expected --key=FILE"],
    [["--key", "--json"], "Flag --key has no value: expected --key=FILE"],
    [["--key=a", "--key=b"], "Flag --key is given twice"],
    [["--key=a", "--json", "--json"], "Flag --json is given twice"],
    [["--key=a", "--json=yes"], "Flag --json takes no value"],
    [["--kye=a"], "Unknown flag --kye: did you mean --key?"],
    [["--hlep"], "Unknown flag --hlep: did you mean --help?"],
    [["--quux"], "Unknown flag --quux"],
    [["--__proto__=1"], "Unknown flag --__proto__"],
    [["--toString"], "Unknown flag --toString"],
    [["--="], "Unknown flag --="],
    [["--a\nb"], "Unknown flag --a\\u{a}b"],
    [["-k", "a"], 'Unexpected argument "-k": expected --name=value'],
    [["--key=a", "one", "two"], "Unexpected argument after the first one"],
  ];
  for (const [args, says] of rows) assertEquals([args, refusal(args)], [args, says]);
});

Deno.test("a command that takes no argument or many says so", () => {
  const { operand: _, ...none } = { operand: "" };
  assertThrows(
    () => readCommandLine(["text"], { options, ...none }),
    UsageError,
    'Unexpected argument "text"',
  );
  assertEquals(read(["--key=k", "a", "b"], { takesMany: true }).operands, ["a", "b"]);
});

Deno.test("a misspelled flag may have meant one that is read elsewhere", () => {
  assertEquals(
    refusal(["--verison"], { alsoKnown: ["version"] }),
    "Unknown flag --verison: did you mean --version?",
  );
});
