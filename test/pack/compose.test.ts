import { describe, expect, it } from "vitest";
import { factsOf, readDefinition } from "../../src/core/definition.ts";
import { Failure } from "../../src/core/failure.ts";
import type { Pack } from "../../src/core/pack/compose.ts";
import { built, composed, emitted, packOf } from "./built.ts";

const plain = emitted(built);

/** What differs from a repo without packs, the receipt aside. */
function changedBy(...packs: readonly Pack[]): readonly string[] {
  const tree = emitted(composed(...packs));
  const paths = new Set([...plain.keys(), ...tree.keys()]);
  return [...paths]
    .filter((path) => plain.get(path) !== tree.get(path) && path !== ".twelve-factor.json")
    .sort();
}

describe("a pack", () => {
  it("adds files, and changes nothing else", () => {
    const pack = packOf("acme", { "base/files/OWNERS.md.hbs": "# Who owns {{project.name}}\n" });
    expect(changedBy(pack)).toEqual(["OWNERS.md"]);
    expect(emitted(composed(pack)).get("OWNERS.md")).toBe("# Who owns shop\n");
  });

  it("puts a file in the place of ours at the same path, whether or not either is a template", () => {
    const pack = packOf("acme", { "base/files/README.md": "Ask in #acme.\n" });
    expect(changedBy(pack)).toEqual(["README.md"]);
    expect(emitted(composed(pack)).get("README.md")).toBe("Ask in #acme.\n");
  });

  it("merges a layer into ours, also where its tokens stand in another order", () => {
    const pack = packOf("acme", {
      "stacks/node-fastify/files+store=postgres+example/src/messages/audit.ts": "export {};\n",
      "stacks/node-fastify/files+redis/src/flush.ts": "export {};\n",
    });
    expect(changedBy(pack)).toEqual(["src/messages/audit.ts"]);
    const layers = composed(pack).templates.find(({ id }) => id === "node-fastify")?.layers ?? [];
    const keys = layers.map(({ condition }) => condition.toSorted().join("+"));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("fills a named block, and leaves the rest of the file ours", () => {
    const pack = packOf("acme", {
      "stacks/node-fastify/blocks/image-runtime.hbs": "LABEL acme.team={{project.author}}\n",
    });
    expect(changedBy(pack)).toEqual(["Dockerfile"]);
    const lines = emitted(composed(pack), { author: 'A "B" Co' }).get("Dockerfile")?.split("\n") ?? [];
    const ours = plain.get("Dockerfile")?.split("\n") ?? [];
    expect(lines.filter((line) => !ours.includes(line))).toEqual(['LABEL acme.team="A \\"B\\" Co"']);
    expect(ours.filter((line) => !lines.includes(line))).toEqual([]);
  });

  it("replaces facts of ours, key by key, and removes one with null", () => {
    const pack = packOf("acme", {
      "services/postgres/template.yaml": "container: { image: registry.acme.test/postgres:18 }\n",
      "services/redis/template.yaml": "container: { volume: null }\n",
    });
    const catalogue = composed(pack);
    const compose = emitted(catalogue).get("compose.yaml");
    expect(compose).toContain('image: "registry.acme.test/postgres:18"');
    expect(compose).toContain("POSTGRES_USER");
    const redis = { services: ["postgres", "redis"] };
    expect(emitted(built, redis).get("compose.yaml")).toContain(":/data");
    expect(emitted(catalogue, redis).get("compose.yaml")).not.toContain(":/data");
  });

  it("adds a service that our stack gets a layer for", () => {
    const pack = packOf("acme", {
      "services/kafka/template.yaml":
        "label: Kafka\ndescription: Events\nroles: { events: { processes: [web] } }\nenv:\n  - { name: KAFKA_URL, type: url, sensitive: true, description: Where it is }\nconnection: kafka://{host}:9092\ncontainer: { image: acme/kafka:4, port: 9092, healthcheck: [kafka, ping] }\ndebian: [kafka]\n",
      "stacks/node-fastify/files+kafka/src/resources/kafka.ts": "export {};\n",
    });
    const tree = emitted(composed(pack), { services: ["kafka", "postgres"] });
    expect(tree.get("src/resources/kafka.ts")).toBe("export {};\n");
    expect(tree.get(".env.schema")).toContain("KAFKA_URL");
    expect(tree.get("compose.yaml")).toContain("acme/kafka:4");
    expect(() => emitted(built, { services: ["kafka"] })).toThrow(/kafka/);
  });

  it("comes over the packs before it", () => {
    const text = (name: string) => ({
      "base/files/OWNERS.md": `${name}\n`,
      [`base/files/${name}.md`]: "x\n",
    });
    const [one, two] = [packOf("one", text("one")), packOf("two", text("two"))];
    expect(emitted(composed(one, two)).get("OWNERS.md")).toBe("two\n");
    expect(emitted(composed(two, one)).get("OWNERS.md")).toBe("one\n");
    expect([...emitted(composed(one, two)).keys()]).toEqual(expect.arrayContaining(["one.md", "two.md"]));
  });

  it("fills a block of a pack before it, and replaces a fill", () => {
    const one = packOf("one", {
      "base/files/OWNERS.md.hbs": "# Owners\n{{#> owners}}\nnobody\n{{/owners}}\n",
      "base/blocks/readme-end.hbs": "One.\n",
    });
    const two = packOf("two", {
      "base/blocks/owners.hbs": "Team two\n",
      "base/blocks/readme-end.hbs": "Two.\n",
    });
    expect(emitted(composed(one)).get("OWNERS.md")).toBe("# Owners\nnobody\n");
    const tree = emitted(composed(one, two));
    expect(tree.get("OWNERS.md")).toBe("# Owners\nTeam two\n");
    expect(tree.get("README.md")).toMatch(/Two\.\n$/);
    expect(tree.get("README.md")).not.toContain("One.");
  });

  it("may stand alone", () => {
    const pack = packOf(
      "acme",
      {
        "base/template.yaml": "label: Base\ndescription: Ours\n",
        "base/files+license=UNLICENSED/NOTICE.md.hbs": "{{project.name}}\n",
        "processes/web/template.yaml": "label: Web\ndescription: Serves\nhttp: true\n",
        "stacks/plain/template.yaml":
          "label: Plain\ndescription: Scripts\nprocesses: { web: { command: [bin/web] }, release: { command: [bin/release] } }\npackageManagers: { make: {} }\n",
        "stacks/plain/files/Procfile.hbs":
          "{{#each project.processes as |process|}}\n{{code process.type}}: {{words process.command}}\n{{/each}}\n",
      },
      "extends: []\n",
    );
    const tree = emitted(composed(pack), { stack: "plain", license: "UNLICENSED" });
    expect([...tree.keys()]).toEqual([".twelve-factor.json", "NOTICE.md", "Procfile"]);
    expect(tree.get("Procfile")).toBe("web: bin/web\n");
  });

  it("is in the receipt, in order", () => {
    const catalogue = composed(packOf("one", {}), packOf("two", {}));
    expect(catalogue.packs).toEqual([
      { name: "one", source: "./one", version: "1.0.0", integrity: "sha512-one" },
      { name: "two", source: "./two", version: "1.0.0", integrity: "sha512-two" },
    ]);
    expect(catalogue.integrity).toBe(built.integrity);
  });
});

describe("what ours say", () => {
  it("is the same when it is read again", () => {
    for (const { kind, definition } of built.templates)
      expect(readDefinition(kind, factsOf(kind, definition), "again")).toEqual(definition);
  });
});

const service = "services/postgres/template.yaml";
const fill = "stacks/node-fastify/blocks/ci-steps.hbs";
const refused: readonly (readonly [what: string, path: string, text: string, said: RegExp])[] = [
  [
    "an unknown fact",
    service,
    "container:\n  imge: x\n",
    /^acme:services\/postgres\/template\.yaml:2: .*"imge"[\s\S]*Did you mean "image"\?/,
  ],
  ["a fact of another type", service, "# …\nlabel: 5\n", /template\.yaml:2: "label" isn't a text/],
  ["facts that aren't YAML", service, "label: [\n", /template\.yaml:\d+: /],
  [
    "a fact that a template of ours reads, removed",
    "stacks/node-fastify/template.yaml",
    "facts: { runner: null }\n",
    /facts has no "runner"/,
  ],
  [
    "a layer for nothing",
    "base/files+postgress/x",
    "",
    /^acme:base\/files\+postgress: nothing is named "postgress"/,
  ],
  [
    "a folder that nothing reads",
    "base/file/x",
    "",
    /^acme:base\/file: nothing reads it[\s\S]*Did you mean files\?/,
  ],
  [
    "a template without facts",
    "services/kafka/files/x",
    "",
    /^acme:services\/kafka: there is no template\.yaml/,
  ],
  [
    "a path that isn't there",
    "base/files/x.md.hbs",
    "\n{{project.nme}}\n",
    /^acme:base\/files\/x\.md\.hbs:2: project has no "nme"/,
  ],
  [
    "the same inside an #if",
    "base/files/x.md.hbs",
    "{{#if project.nme}}\n{{/if}}\n",
    /x\.md\.hbs:1: project has no "nme"/,
  ],
  [
    "an answer written raw",
    "base/files/x.sh.hbs",
    "echo {{code project.name}}\n",
    /x\.sh\.hbs:1: .*code project\.name/,
  ],
  ["text without escaping", "base/files/x.md.hbs", "{{{project.name}}}\n", /x\.md\.hbs:1: .*escaping/],
  ["a decorator", "base/files/x.md.hbs", "{{* x}}\n", /decorators/],
  ["a partial", "base/files/x.md.hbs", "{{> x}}\n", /partials/],
  [
    "a block that is gone",
    "stacks/node-fastify/blocks/ci-step.hbs",
    "",
    /^acme:.*ci-step\.hbs: no file has a block "ci-step"[\s\S]*Did you mean ci-steps\?/,
  ],
  [
    "a fill of another kind",
    "stacks/node-fastify/blocks/ci-steps.yml",
    "",
    /^acme:.*ci-steps\.yml: it can't fill a block/,
  ],
  [
    "a fill that reads what isn't there",
    fill,
    "      - run: a\n        name: {{project.nme}}\n",
    /^acme:.*ci-steps\.hbs:2: project has no "nme"/,
  ],
  [
    "a fill that would be a program",
    fill,
    "      - run: {{project.name}}\n",
    /^acme:.*ci-steps\.hbs:1: this is a program/,
  ],
  [
    "an id that is taken",
    "platforms/redis/template.yaml",
    "label: x\ndescription: x\n",
    /"redis" is taken by services\/redis/,
  ],
  [
    "a trait that is an id",
    "platforms/fly/template.yaml",
    "label: x\ndescription: x\ntraits: [redis]\n",
    /"redis" is taken by services\/redis/,
  ],
  [
    "an id that can't be",
    "services/Redis_2/template.yaml",
    "label: x\ndescription: x\n",
    /"Redis_2" can't be an id/,
  ],
  [
    "a lockfile that nobody prunes",
    "stacks/node-fastify/template.yaml",
    "lockfiles: { npm: yarn.lock }\n",
    /no one prunes yarn\.lock/,
  ],
  ["a list of two forms", service, "facts: { mixed: [1, a] }\n", /no one shape/],
];

const lockfiles = "lockfiles: { npm: package-lock.json }\n";

describe("a pack is refused, with the file and the line, for", () => {
  it.each(refused)("%s", (_, path, text, said) => {
    let message = "";
    try {
      composed(packOf("acme", { [path]: text }));
    } catch (error) {
      const { message: what, fix } = error as Error & { fix: string };
      message = `${what}\n${fix}`;
      expect(fix).toBeTruthy();
    }
    expect(message).toMatch(said);
  });

  it.each([
    [
      "a dependency that its lockfile doesn't have",
      { "base/files/package.json": '{"dependencies": {"left-pad": "^1.3.0"}}' },
      /package-lock\.json: it has no "left-pad"[\s\S]*Bring a package-lock\.json/,
    ],
    [
      "data that can't be read",
      { "base/files/package.json": '{"dependencies": [}' },
      /acme:base\/files\/package\.json.*package\.json can't be read[\s\S]*Mend what it emits/,
    ],
    [
      "a template whose data can't be read",
      { "base/files/own.json.hbs": '{"name": {{project.name}} 3}' },
      /acme:base\/files\/own\.json\.hbs: own\.json can't be read/,
    ],
    [
      "a lockfile that can't be read",
      { "stacks/node-fastify/package-lock.json": "{", "stacks/node-fastify/template.yaml": lockfiles },
      /package-lock\.json can't be read[\s\S]*as the package manager wrote it/,
    ],
  ])("%s", (_, files, said) => {
    let message = "";
    try {
      emitted(composed(packOf("acme", files)));
    } catch (error) {
      expect(error).toBeInstanceOf(Failure);
      message = `${(error as Failure).message}\n${(error as Failure).fix}`;
    }
    expect(message).toMatch(said);
  });

  it("a pack under it that isn't there, or comes after it", () => {
    const [base, over] = [packOf("base", {}), packOf("over", {}, "extends: [create-twelve-factor, base]\n")];
    expect(() => composed(over)).toThrow(/over:pack\.yaml: it extends base/);
    expect(() => composed(over, base)).toThrow(/over:pack\.yaml: it extends base/);
    expect(composed(base, over).packs).toHaveLength(2);
  });

  it("the same name twice", () => {
    expect(() => composed(packOf("acme", {}), packOf("acme", {}))).toThrow(/named twice/);
  });

  it("what it lacks to stand alone, and a pack over it that wants ours", () => {
    const alone = packOf("alone", {}, "extends: []\n");
    expect(() => composed(alone)).toThrow(/base\/files\+license=ID, stacks\/ID, processes\/ID/);
    expect(() => composed(alone, packOf("acme", {}))).toThrow(
      /acme:pack\.yaml: it extends create-twelve-factor/,
    );
  });
});
