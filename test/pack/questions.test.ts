import { describe, expect, it } from "vitest";
import {
  answersSchema,
  completeAnswers,
  missingAnswers,
  type PartialAnswers,
  readPartialAnswers,
  validateAnswers,
} from "../../src/core/answers.ts";
import { readManifest } from "../../src/core/pack/manifest.ts";
import type { Answers } from "../../src/core/types.ts";
import { composed, emitted, type Files, packOf } from "./built.ts";

const asking = `questions:
  team: { type: string, message: Which team owns it, pattern: "^[a-z-]+$" }
  data-class: { type: enum, message: What data it holds, values: [public, internal, secret], default: internal }
  pii: { type: boolean, message: Whether it holds personal data, default: false, when: { data-class: [internal, secret] } }
  topic: { type: string, message: Topic of its events, default: events, when: { services: rabbitmq } }
`;
const files: Files = {
  "base/files/OWNERS.md.hbs":
    "Owner: {{project.answers.team}}\nData: {{project.answers.data-class}}\n{{#if project.answers.pii}}\nPersonal data\n{{/if}}\n{{#if project.answers.topic}}\nTopic: {{project.answers.topic}}\n{{/if}}\n",
  "base/files+pii/PRIVACY.md": "Personal data is kept for 30 days.\n",
  "base/files+data-class=secret/SECRET.md": "Need to know.\n",
};
const catalogue = composed(packOf("acme", files, asking));
const more = (partial: PartialAnswers) => completeAnswers(catalogue, { name: "shop", ...partial }).more;
const asked = (partial: PartialAnswers) => missingAnswers(catalogue, partial).map(({ key }) => key);

describe("questions of a pack", () => {
  it("are asked after ours, where their condition holds", () => {
    expect(asked({})).toEqual(
      expect.arrayContaining(["example", "more.team", "more.data-class", "more.pii"]),
    );
    expect(asked({}).slice(0, 2)).toEqual(["name", "description"]);
    expect(asked({})).not.toContain("more.topic");
    expect(asked({ services: ["rabbitmq"] })).toContain("more.topic");
    expect(asked({ more: { "data-class": "public", team: "a" } })).not.toContain("more.pii");
    expect(asked({ "more.team": "a" } as PartialAnswers)).not.toContain("more.team");
  });

  it("have their defaults, and an answer only where they apply", () => {
    expect(more({ more: { team: "a" } })).toEqual({ team: "a", "data-class": "internal", pii: false });
    expect(more({ more: { team: "a", "data-class": "public", pii: true } })).toEqual({
      team: "a",
      "data-class": "public",
    });
    expect(more({ services: ["rabbitmq"], more: { team: "a" } })).toMatchObject({ topic: "events" });
  });

  it("are for templates to read, escaped, and for layers to depend on", () => {
    const tree = emitted(catalogue, { more: { team: "a-team", "data-class": "secret", pii: true } });
    expect(tree.get("OWNERS.md")).toBe("Owner: a-team\nData: secret\nPersonal data\n");
    expect(tree.get("PRIVACY.md")).toBe("Personal data is kept for 30 days.\n");
    expect(tree.has("SECRET.md")).toBe(true);
    expect(JSON.parse(tree.get(".twelve-factor.json") ?? "").answers.more).toEqual({
      team: "a-team",
      "data-class": "secret",
      pii: true,
    });
    const other = emitted(catalogue, { services: ["rabbitmq"], more: { team: "a", topic: "x*y" } });
    expect(other.get("OWNERS.md")).toBe("Owner: a\nData: internal\nTopic: x\\*y\n");
    expect([...other.keys()].filter((path) => /SECRET|PRIVACY/.test(path))).toEqual([]);
  });

  it.each([
    [{ team: "A Team" }, /--team can't be A Team\. It has to match/],
    [{ team: true }, /It is a text/],
    [{ team: "a", "data-class": "top" }, /It is one of public, internal, secret/],
    [{ team: "a", pii: "yes" }, /It is true or false/],
    [{ tem: "a" }, /No pack asks for "tem"/],
    [{ team: "a", topic: "a\nb" }, /line end/],
  ])("refuse %j", (stated, said) => {
    const services = ["rabbitmq"];
    const answer = () => {
      const answers = completeAnswers(catalogue, {
        name: "shop",
        services,
        more: stated as { team: string },
      });
      validateAnswers(catalogue, answers);
    };
    expect(answer).toThrow(said);
  });

  it("keep the answers of a repo, take defaults of new ones, and refuse to guess", () => {
    const { more: _, ...old } = completeAnswers(catalogue, { name: "shop" });
    const settle = (answers: Answers, stated = {}) => catalogue.extension?.settle(answers, stated).more;
    expect(() => settle(old)).toThrow(/--team \(Which team owns it\)/);
    expect(settle(old, { team: "a" })).toEqual({ team: "a", "data-class": "internal", pii: false });
    const gone = { ...old, more: { team: "a", "data-class": "top", colour: "red" } };
    expect(settle(gone)).toEqual({ team: "a", "data-class": "internal", pii: false });
  });

  it("are in the schema, and in an answers file", () => {
    expect(answersSchema(catalogue)).toMatchObject({
      properties: { more: { properties: { "data-class": { enum: ["public", "internal", "secret"] } } } },
    });
    expect(readPartialAnswers({ more: { team: "a", pii: true } }, "x")).toEqual({
      more: { team: "a", pii: true },
    });
    expect(() => readPartialAnswers({ more: { team: 5 } }, "x")).toThrow(/"more"/);
    expect(() => readPartialAnswers({ more: ["a"] }, "x")).toThrow(/"more"/);
  });
});

const q = (text: string) => `questions:\n  team: ${text}\n`;
const refused: readonly (readonly [what: string, text: string, said: RegExp])[] = [
  ["no message", q("{ type: string }"), /:4: "questions\.team" there is no|:4: there is no "message"/],
  ["another type", q("{ type: list, message: x }"), /:4: "questions\.team\.type" is "list"/],
  ["an enum without values", q("{ type: enum, message: x }"), /:4: team of type enum has 0 values/],
  ["values of no enum", q("{ type: string, message: x, values: [a] }"), /:4: .*1 values/],
  [
    "a default that isn't a value",
    q("{ type: enum, message: x, values: [a], default: b }"),
    /:4: the default of team/,
  ],
  ["a default of another type", q("{ type: boolean, message: x, default: a }"), /:4: the default of team/],
  ["a pattern that is none", q('{ type: string, message: x, pattern: "^([$" }'), /:4: .*can't be a pattern/],
  ["a pattern for a part", q('{ type: string, message: x, pattern: "a" }'), /can't be a pattern/],
  [
    "a pattern that takes for ever",
    q('{ type: string, message: x, pattern: "^(a+)+$" }'),
    /can't be a pattern/,
  ],
  [
    "a name with a capital",
    "questions:\n  Team: { type: string, message: x }\n",
    /:4: "Team" can't be a name/,
  ],
  ["a typo", q("{ type: string, mesage: x, message: y }"), /:4: there is no "mesage"[\s\S]*/],
];

describe("questions are refused for", () => {
  it.each(refused)("%s", (_, text, said) => {
    expect(() => readManifest(`name: acme\nversion: 1.0.0\n${text}`, "pack.yaml")).toThrow(said);
  });

  it("a condition on what isn't asked, a name that has a meaning, and one that another pack asks", () => {
    const when = q("{ type: string, message: x, when: { stak: a } }");
    expect(() => composed(packOf("acme", {}, when))).toThrow(/questions\.team\.when names "stak"/);
    const one = packOf("one", {}, q("{ type: string, message: x }"));
    const two = packOf("two", {}, q("{ type: string, message: x }"));
    expect(() => composed(one, two)).toThrow(/two:pack\.yaml: "team" is asked by one already/);
    const taken = "questions:\n  redis: { type: boolean, message: x }\n";
    expect(() => composed(packOf("acme", {}, taken))).toThrow(/"redis" is taken/);
  });

  it("a layer for an answer that there can't be", () => {
    for (const token of ["data-class", "data-class=top", "pii=true", "team", "team=a"]) {
      const pack = packOf("acme", { [`base/files+${token}/x`]: "" }, asking);
      expect(() => composed(pack), token).toThrow(/no answer is/);
    }
  });

  it("a template that reads a conditional one without asking whether it is there", () => {
    const pack = packOf("acme", { "base/files/x.md.hbs": "{{project.answers.topic}}\n" }, asking);
    expect(() => composed(pack)).toThrow(/x\.md\.hbs:1: project\.answers\.topic may be missing/);
    const raw = packOf("acme", { "base/files/x.sh.hbs": "{{code project.answers.team}}\n" }, asking);
    expect(() => composed(raw)).toThrow(/x\.sh\.hbs:1/);
  });
});
