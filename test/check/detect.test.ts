import { describe, expect, it } from "vitest";
import { filesOf, foreignRepos, found } from "./foreign-repos.ts";

/** A line a fact, as `value @ place`; a question mark where it is a guess. */
async function factsIn(files: { readonly [path: string]: string }): Promise<readonly string[]> {
  const { detection } = await found(files);
  if (detection === null) return [];
  const { framework, packageManager, toolchain, install, build, test, release, processes, services, ci } =
    detection;
  const line = (what: string, fact: typeof ci) =>
    fact === null
      ? []
      : [
          `${fact.sure ? "" : "? "}${what}: ${fact.value} @ ${[fact.file, fact.line].filter((part) => part !== null).join(":")}`,
        ];
  return [
    ...line(detection.language, framework),
    ...line("package manager", packageManager),
    ...toolchain.flatMap((fact) => line(fact.tool, fact)),
    ...Object.entries({ install, build, test, release }).flatMap(([what, fact]) => line(what, fact)),
    ...processes.flatMap((fact) => line(`${fact.name} (${fact.type})`, fact)),
    ...services.flatMap((fact) => line(`service by ${fact.variable ?? "another way"}`, fact)),
    ...line("ci", ci),
    `variables: ${detection.variables.map(({ name, type, sensitive, default: preset }) => `${name}=${sensitive ? "secret" : (preset ?? type)}`).join(" ")}`,
  ];
}

describe("what is found in a repo that we did not write", () => {
  it("has a shape of each kind to look at", () => {
    expect(foreignRepos.length).toBeGreaterThanOrEqual(16);
  });

  it.each(foreignRepos)("of %s is right, or said to be a guess", async (name) => {
    await expect(`${(await factsIn(filesOf(name))).join("\n")}\n`).toMatchFileSnapshot(
      `../fixtures/foreign/found/${name}.txt`,
    );
  });
});
