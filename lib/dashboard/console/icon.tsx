/** A sign of lines beside a word. */
export function Icon({ path, size = 20 }: { readonly path: string | undefined; readonly size?: number }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} aria-hidden="true">
      <path d={path} className="icon" />
    </svg>
  );
}
