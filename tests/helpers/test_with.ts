/**
 * Registers a test that needs a peer from outside.
 *
 * @param missing what is not there; the test is then ignored, and its name says why
 */
export function testWith(
  missing: string | undefined,
  name: string,
  fn: (test: Deno.TestContext) => Promise<void>,
): void {
  const reason = missing === undefined ? "" : ` (${missing})`;
  Deno.test({ name: `${name}${reason}`, ignore: missing !== undefined, fn });
}
