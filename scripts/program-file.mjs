import { constants, createBrotliCompress } from "node:zlib";

/**
 * The file that `src/io/program-file.ts` reads: of each section a list of `[name, bytes]`. One Brotli stream, since what one
 * section says another often says again; it is flushed after each, so that the first ones can be had without the others.
 */
export async function packProgram(sections) {
  const stream = createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  const packed = [];
  stream.on("data", (bytes) => packed.push(bytes));
  const sizeOf = (list) => list.reduce((sum, { length }) => sum + length, 0);
  const head = { ends: [], parts: {} };
  let place = 0;
  for (const section of sections) {
    for (const [name, bytes] of section) {
      head.parts[name] = [place, bytes.length];
      place += bytes.length;
      stream.write(bytes);
    }
    await new Promise((done) => stream.flush(constants.BROTLI_OPERATION_FLUSH, done));
    await new Promise((done) => setImmediate(done));
    head.ends.push([sizeOf(packed), place]);
  }
  await new Promise((done) => stream.end().on("end", done));
  const list = Buffer.from(JSON.stringify(head));
  return Buffer.concat([Buffer.from(String(list.length).padStart(8, "0")), list, ...packed]);
}
