/** Sections of parts; gives the bytes of the file. */
export function packProgram(
  sections: readonly (readonly (readonly [name: string, bytes: Uint8Array])[])[],
): Promise<Buffer>;
