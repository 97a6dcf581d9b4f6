import { type PreparedPython, preparedPython } from "./prepared_python.ts";

/** A Python with Bittensor's SDK: a newer async-substrate-interface breaks the releases that have a Dendrite. */
export async function bittensorPython(): Promise<PreparedPython> {
  const python = await preparedPython({
    name: "bittensor-10.2.0",
    packages: ["bittensor==10.2.0", "async-substrate-interface<2", "websockets"],
    modules: ["bittensor_wallet", "websockets"],
  });
  return python.missing === undefined
    ? python
    : { ...python, missing: python.missing.replace(/^no \S+/, "no bittensor") };
}
