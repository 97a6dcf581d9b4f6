import { type Browser, chromium } from "playwright-core";

let browser: Promise<Browser> | undefined;

/** Chromium without a window, started once for all tests of a process. */
export function sharedBrowser(executablePath: string): Promise<Browser> {
  // Containers have no namespaces for the sandbox, and little shared memory.
  const args = ["--no-sandbox", "--disable-dev-shm-usage"];
  return browser ??= chromium.launch({ executablePath, args });
}

/** Lets a process end. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
}

Deno.test.afterAll(closeBrowser);
