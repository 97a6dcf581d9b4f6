/** A file of an archive; `size` is what the archive says of it, where that is not so. */
export interface Packed {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly isDeflated?: boolean;
  readonly size?: number;
  readonly flags?: number;
}

/** A ZIP archive, without checksums. */
export async function zip(files: readonly Packed[]): Promise<Uint8Array<ArrayBuffer>> {
  const locals: Uint8Array[] = [];
  const entries: Uint8Array[] = [];
  let at = 0;
  for (const { name, bytes, isDeflated = true, size = bytes.length, flags = 0 } of files) {
    const data = isDeflated ? await deflate(bytes) : bytes;
    const title = new TextEncoder().encode(name);
    const common = [flags, isDeflated ? 8 : 0, 0, 0];
    const sizes = [0, data.length, size];
    const local = join(u32(0x04034b50), u16(20, ...common), u32(...sizes), u16(title.length, 0), title, data);
    entries.push(
      join(
        u32(0x02014b50),
        u16(20, 20, ...common),
        u32(...sizes),
        u16(title.length, 0, 0, 0, 0),
        u32(0, at),
        title,
      ),
    );
    locals.push(local);
    at += local.length;
  }
  const directory = join(...entries);
  const { length } = files;
  return join(
    ...locals,
    directory,
    u32(0x06054b50),
    u16(0, 0, length, length),
    u32(directory.length, at),
    u16(0),
  );
}

async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function u16(...values: number[]): Uint8Array {
  return new Uint8Array(Uint16Array.from(values).buffer);
}

function u32(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

function join(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
