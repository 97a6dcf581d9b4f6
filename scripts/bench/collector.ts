/**
 * Loaded before a program whose memory is measured: has it collect its garbage and give back what that frees when it is asked
 * to. By itself the runtime may keep more garbage than all that is held, in one of two programs and not in the other.
 */
const collect: (options: object) => void = Reflect.get(globalThis, "gc");
Deno.addSignalListener("SIGUSR2", () => collect({ type: "major", execution: "sync", flavor: "last-resort" }));
