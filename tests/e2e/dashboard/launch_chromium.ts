import { type Browser, chromium } from "playwright-core";

/** Starts Chromium without a window. */
export async function launchChromium(executablePath: string): Promise<Browser> {
  // Containers have no namespaces for the sandbox, and little shared memory.
  const args = ["--no-sandbox", "--disable-dev-shm-usage"];
  return await chromium.launch({ executablePath, args });
}
