import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Catalogue } from "../../src/core/types.ts";
import { compileCatalogue } from "../../src/io/compile-catalogue.ts";
import { packCatalogue, unpackCatalogue } from "../../src/io/packed-catalogue.ts";

/** All that a catalogue holds, with what it unpacks when asked. */
function whole({ integrity, templates }: Catalogue) {
  return {
    integrity,
    templates: templates.map(({ layers, lockfiles, ...template }) => ({
      ...template,
      lockfiles: { ...lockfiles },
      layers: layers.map(({ condition, files }) => ({
        condition,
        files: files.map(({ path, executable, origin, body }) => ({
          path,
          executable,
          origin,
          body: body instanceof Uint8Array ? [...body] : body,
        })),
      })),
    })),
  };
}

describe("a packed catalogue", () => {
  const catalogue = compileCatalogue(fileURLToPath(new URL("../../templates", import.meta.url)));

  it("unpacks to what was packed", () => {
    const unpacked = unpackCatalogue(packCatalogue(catalogue));
    expect(whole(unpacked)).toEqual(whole(catalogue));
    expect(
      whole(unpacked).templates.flatMap(({ layers }) => layers.flatMap(({ files }) => files)),
    ).not.toEqual([]);
  });

  it("has the same integrity each time, and another one for other templates", () => {
    const again = compileCatalogue(fileURLToPath(new URL("../../templates", import.meta.url)));
    expect(again.integrity).toBe(catalogue.integrity);
    expect(catalogue.integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
  });
});
