const switchedOn = ["1", "true"];

/**
 * Whether Deno hands what is written to the console on to OpenTelemetry, and prints none of it: then the console is how log
 * lines get there. Where it would print them as well, they stay away from it.
 */
export function consoleIsExported(variable: (name: string) => string | undefined = readVariable): boolean {
  return switchedOn.includes(variable("OTEL_DENO") ?? "") && variable("OTEL_DENO_CONSOLE") === "replace";
}

function readVariable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}
