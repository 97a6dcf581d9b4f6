/**
 * Wraps a listener of a socket so that neither what it throws nor a promise that it rejects can end the process: socket.io
 * calls listeners where nobody catches.
 */
export function guarded<Values extends unknown[]>(
  listener: (...values: Values) => void | Promise<void>,
  onFault: (error: unknown) => void,
): (...values: Values) => void {
  return (...values) => {
    (async () => await listener(...values))().catch(onFault);
  };
}
