import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { completeAnswers } from "../../src/core/answers.ts";
import { plan } from "../../src/core/plan.ts";
import { render } from "../../src/core/render.ts";
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
    const packed = packCatalogue(catalogue, plan(catalogue, completeAnswers(catalogue, { name: "app" })));
    const unpacked = unpackCatalogue(packed);
    expect(whole(unpacked)).toEqual(whole(catalogue));
    expect(
      whole(unpacked).templates.flatMap(({ layers }) => layers.flatMap(({ files }) => files)),
    ).not.toEqual([]);
  });

  it("reads the rest for what is chosen besides the default, and only then", () => {
    const answers = completeAnswers(catalogue, { name: "app" });
    const packed = packCatalogue(catalogue, plan(catalogue, answers));
    let asked = 0;
    const rest = () => {
      asked += 1;
      return packed.rest();
    };
    const unpacked = unpackCatalogue({ ...packed, rest });
    expect(render(plan(unpacked, answers), "")).toEqual(render(plan(catalogue, answers), ""));
    expect(asked).toBe(0);
    const other = completeAnswers(catalogue, { name: "app", license: "ISC", packageManager: "pnpm" });
    expect(render(plan(unpacked, other), "")).toEqual(render(plan(catalogue, other), ""));
    expect(asked).toBeGreaterThan(0);
  });

  it("has the same integrity each time, and another one for other templates", () => {
    const again = compileCatalogue(fileURLToPath(new URL("../../templates", import.meta.url)));
    expect(again.integrity).toBe(catalogue.integrity);
    expect(catalogue.integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
  });
});
