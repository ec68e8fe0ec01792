import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compileCatalogue } from "../../src/io/compile-catalogue.ts";
import { packCatalogue, unpackCatalogue } from "../../src/io/packed-catalogue.ts";

describe("a packed catalogue", () => {
  const catalogue = compileCatalogue(fileURLToPath(new URL("../../templates", import.meta.url)));

  it("unpacks to what was packed", () => {
    const unpacked = unpackCatalogue(packCatalogue(catalogue));
    expect(JSON.parse(JSON.stringify(unpacked))).toEqual(JSON.parse(JSON.stringify(catalogue)));
  });

  it("has the same integrity each time, and another one for other templates", () => {
    const again = compileCatalogue(fileURLToPath(new URL("../../templates", import.meta.url)));
    expect(again.integrity).toBe(catalogue.integrity);
    expect(catalogue.integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
  });
});
