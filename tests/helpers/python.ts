const candidates = ["/usr/bin/python3", "python3"];

/** The Python that has `module`; undefined where there is none. */
export async function pythonWith(module: string): Promise<string | undefined> {
  for (const python of candidates) if (await imports(python, module)) return python;
  return undefined;
}

async function imports(python: string, module: string): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(python, { args: ["-c", `import ${module}`], stderr: "null" })
      .output();
    return success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
