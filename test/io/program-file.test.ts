import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packProgram } from "../../scripts/program-file.mjs";
import { partsOf, programFile } from "../../src/io/program-file.ts";

const sections = [
  [
    ["main", Buffer.from("first ".repeat(1_000))],
    ["0", Buffer.from("second ".repeat(1_000))],
  ],
  [["empty", Buffer.alloc(0)]],
  [["last", Buffer.from("first, second and last ".repeat(1_000))]],
] as const;

async function written(): Promise<string> {
  const path = join(mkdtempSync(join(tmpdir(), "program-file-")), "program.br");
  writeFileSync(path, await packProgram(sections));
  return path;
}

it("gives each part as it was packed, in any order", async () => {
  const path = await written();
  const read = programFile(path);
  for (const [name, bytes] of sections.flat().toReversed()) expect(read(name)).toEqual(bytes);
  const again = programFile(path);
  for (const [name, bytes] of sections.flat()) expect(again(name)).toEqual(bytes);
  expect(partsOf(path)).toEqual(sections.flat());
});

it("unpacks the first section without what follows it", async () => {
  const path = await written();
  writeFileSync(path, readFileSync(path).subarray(0, -20));
  const read = programFile(path);
  expect(read("0")).toEqual(sections[0][1][1]);
  expect(read("last")).not.toEqual(sections[2][0][1]);
});

it("says which part isn't there", async () => {
  const path = await written();
  expect(() => programFile(path)("other")).toThrow(`${path} has no other.`);
});
