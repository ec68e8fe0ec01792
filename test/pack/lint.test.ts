import { describe, expect, it } from "vitest";
import { combinationsOf } from "../../src/core/pack/combinations.ts";
import { type Finding, lintPack } from "../../src/core/pack/lint.ts";
import { packDocs } from "../../src/core/pack/pack-docs.ts";
import { composed, type Files, packOf } from "./built.ts";

/** Of pairs of choices, which is enough for what is looked for here, and soon done. */
const lint = (files: Files, more = "", most = 1) => {
  const pack = packOf("acme", files, more);
  return lintPack(composed(pack), pack, most);
};
const lines = (findings: readonly Finding[]) => findings.map(({ origin, what }) => `${origin}: ${what}`);
const found = (files: Files, more = "") => lines(lint(files, more).findings);
const team = "questions:\n  team: { type: string, message: Team, default: a }\n";

describe("pack lint", () => {
  it("has nothing to say of a pack that is fine, and says how much it rendered", () => {
    const files = {
      "base/files/OWNERS.md.hbs": "{{project.answers.team}}\n",
      "base/files+redis+clock/x.md": "x\n",
    };
    const few = "policy: { hide: [python-fastapi, mysql, nats, rabbitmq, pnpm] }\n";
    const { findings, rendered, exhaustive } = lint(files, team + few, 4096);
    expect(findings).toEqual([]);
    expect(exhaustive).toBe(true);
    expect(rendered).toBeGreaterThan(50);
  });

  it("finds a question that nothing uses, and none that a layer, a condition or a template does", () => {
    const asked = (extra: string) =>
      `questions:\n  pii: { type: boolean, message: x, default: false }\n${extra}`;
    expect(found({}, asked(""))).toEqual(['acme:pack.yaml: nothing uses the answer to "pii"']);
    expect(found({ "base/files+pii/x.md": "x\n" }, asked(""))).toEqual([]);
    const other = asked("  why: { type: string, message: x, default: a, when: { pii: true } }\n");
    expect(found({}, other)).toEqual(['acme:pack.yaml: nothing uses the answer to "why"']);
  });

  it("finds a layer that no answers reach", () => {
    const files = { "base/files+MIT/x": "" };
    expect(() => lint(files)).toThrow(/nothing is named "MIT"/);
    expect(found({ "base/files+npm+pnpm/x.md": "x\n", "base/files+npm/y.md": "x\n" })).toEqual([
      "acme:base/files+npm+pnpm: no answers reach this layer",
    ]);
    const ruled = "policy: { fixed: { example: false } }\n";
    expect(found({ "base/files+example/x.md": "x\n" }, ruled)).toEqual([
      "acme:base/files+example: no answers reach this layer",
    ]);
  });

  it("finds a condition that is always, or never, true, with its line", () => {
    const files = {
      "base/files+redis/x.md.hbs":
        "a\n{{#if project.has.redis}}\nb\n{{/if}}\n{{#if project.has.clock}}\nc\n{{/if}}\n",
      "base/blocks/readme-end.hbs":
        "{{#if project.services}}\nServices\n{{/if}}\n{{#if project.license}}\nx\n{{/if}}\n",
    };
    expect(found(files)).toEqual([
      "acme:base/blocks/readme-end.hbs:4: {{#if project.license}} is always true",
      "acme:base/files+redis/x.md.hbs:2: {{#if project.has.redis}} is always true",
    ]);
  });

  it("finds files that are written twice, values that clash, and names that are one on some systems", () => {
    expect(found({ "services/redis/files/src/app.ts": "x\n" })[0]).toMatch(/src\/app\.ts is written twice/);
    expect(found({ "base/files/package.json": '{ "type": "commonjs" }' })[0]).toMatch(
      /package\.json has two values at type/,
    );
    expect(found({ "services/redis/files/README.MD": "x\n" })[0]).toMatch(
      /README\.MD.*one file on some systems/,
    );
  });

  it("takes pairs where there are more combinations than it would render, and says so", () => {
    const many = Array.from(
      { length: 6 },
      (_, at) => `  q${at}: { type: boolean, message: x, default: false }\n`,
    );
    const layers = Array.from({ length: 6 }, (_, at) => [`base/files+q${at}/q${at}.md`, "x\n"]);
    const { exhaustive, findings, rendered } = lint(
      Object.fromEntries(layers),
      `questions:\n${many.join("")}`,
      4096,
    );
    expect(exhaustive).toBe(false);
    expect(findings).toEqual([]);
    expect(rendered).toBeLessThan(400);
  });

  it("says where policy leaves no answers", () => {
    const ruled = "policy: { hide: [web] }\n";
    expect(found({}, ruled)).toEqual(["acme:pack.yaml: no answers are left that the pack allows"]);
  });
});

describe("combinations", () => {
  const dimensions = Array.from({ length: 9 }, (_, at) => [`d${at}`, [0, 1, 2]] as const);

  it("are all of few", () => {
    const { combinations, exhaustive } = combinationsOf(dimensions.slice(0, 3), 27);
    expect(exhaustive).toBe(true);
    expect(new Set(combinations.map((row) => JSON.stringify(row))).size).toBe(27);
  });

  it("have any two values of many in one of them", () => {
    const { combinations, exhaustive } = combinationsOf(dimensions, 26);
    expect(exhaustive).toBe(false);
    expect(combinations.length).toBeLessThan(30);
    for (const [a] of dimensions)
      for (const [b] of dimensions.filter(([name]) => name > a))
        for (const x of [0, 1, 2])
          for (const y of [0, 1, 2])
            expect(combinations.some((row) => row[a] === x && row[b] === y)).toBe(true);
  });
});

describe("pack docs", () => {
  it("are a page of the options, the rules and the files, as plain text where a name says otherwise", () => {
    const more = `description: "*Ours* | <b>"\nquestions:\n  data: { type: enum, message: "Which | data", values: [a, b], default: a, when: { services: redis } }\npolicy: { fixed: { license: MIT }, hide: [rabbitmq] }\n`;
    const pack = packOf(
      "acme",
      { "base/files+data=a/.envrc": "x\n", "base/blocks/readme-end.hbs": "x\n" },
      more,
    );
    const page = packDocs(composed(pack), pack);
    expect(page).toContain("# acme 1.0.0\n\n\\*Ours\\* \\| \\<b\\>\n");
    expect(page).toContain("| `--data` | Which \\| data (where services is redis) | `a`, `b` | `a` |\n");
    expect(page).toContain("- `license` is `MIT`.\n- Not offered: `rabbitmq`.\n");
    expect(page).toContain("## Blocks that it fills\n\n- `base/blocks/readme-end.hbs`\n");
    expect(page).toContain("needs consent\n\n- `.envrc`\n");
  });
});
