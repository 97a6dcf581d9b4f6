/**
 * Calls the SDK as it is told on standard input, one call a line, and prints what comes of each. Only what goes to Hedera is
 * replaced: a transaction counts as executed a while after it is handed over.
 */
import process from "node:process";
import { createInterface } from "node:readline";

/** What is used of the SDK. */
interface Sdk {
  client: { defaults: { baseURL: string } };
  executeTransaction: (transactionBytes: string) => Promise<string>;
  disconnect?(): void;
  readonly [method: string]: unknown;
}

interface SdkModule {
  readonly InscriptionSDK: {
    new (config: object): Sdk;
    createWithAuth(config: object): Promise<Sdk>;
  };
}

/** What is used of Hedera's own SDK. */
interface HederaModule {
  readonly PrivateKey: { fromStringED25519(text: string): object };
  readonly Transaction: {
    fromBytes(bytes: Uint8Array): { readonly transactionId: object | null };
  };
}

const [options = ""] = Deno.args;
const { baseURL, version, executionMs, account, ...config } = JSON.parse(options);
// Named such that the types of all that they bring along are not needed to check this file.
const names = {
  sdk: `inscription-sdk-${version}`,
  hedera: "@hashgraph/sdk" as string,
};
const { InscriptionSDK }: SdkModule = await import(names.sdk);
const { PrivateKey, Transaction }: HederaModule = await import(names.hedera);
// 2.0.9 reads every text as an ECDSA key.
if (account?.readKey) account.privateKey = PrivateKey.fromStringED25519(account.privateKey);
const sdk = account === undefined
  ? new InscriptionSDK(config)
  : await InscriptionSDK.createWithAuth({ ...config, ...account, type: "server" });
const executed: string[] = [];
sdk.client.defaults.baseURL = baseURL;
sdk.executeTransaction = async (transactionBytes) => {
  const bytes = Uint8Array.from(
    atob(transactionBytes),
    (character) => character.charCodeAt(0),
  );
  const id = String(Transaction.fromBytes(bytes).transactionId);
  executed.push(id);
  await new Promise((resolve) => setTimeout(resolve, executionMs));
  return id;
};

const output = new TextEncoder();
for await (const line of createInterface({ input: process.stdin })) {
  const [method, ...args] = JSON.parse(line);
  const outcome = method === "inscribeEach"
    ? await inscribeEach(args[0], args[1])
    : { ...await call(method, args), executed: executed.splice(0) };
  await Deno.stdout.write(output.encode(`=> ${JSON.stringify(outcome)}\n`));
}
sdk.disconnect?.();
Deno.exit(0);

/** One call right after the other, so that whatever comes late of one meets the next. */
async function inscribeEach(requests: unknown[], account: unknown): Promise<object> {
  const outcomes: object[] = [];
  for (const request of requests) {
    const outcome = await call("inscribeAndExecute", [request, account]);
    outcomes.push({ ...outcome, executed: executed.splice(0) });
  }
  return { value: outcomes, executed: [] };
}

async function call(method: string, args: unknown[]): Promise<object> {
  const progress: unknown[] = [];
  const listen = method === "inscribeAndExecute" ? [(data: unknown) => progress.push(data)] : [];
  try {
    const value: unknown = await (sdk[method] as (...args: unknown[]) => unknown)(
      ...args,
      ...listen,
    );
    return { value, progress };
  } catch (error) {
    return { error: (error as Error).message };
  }
}
