/** Starts a measurement; what it answers tells the seconds since. For figures only: what is decided goes by the clock. */
export function stopwatch(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
}
