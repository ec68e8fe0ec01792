import { describe, expect, it } from "vitest";
import {
  completeAnswers,
  missingAnswers,
  type PartialAnswers,
  validateAnswers,
} from "../../src/core/answers.ts";
import { templatesOf } from "../../src/core/catalogue.ts";
import { type built, composed, emitted, packOf } from "./built.ts";

const under = (policy: string, more = "") => composed(packOf("acme", {}, `policy:\n${policy}${more}`));
const answer = (catalogue: typeof built, partial: PartialAnswers) => {
  const answers = completeAnswers(catalogue, { name: "shop", ...partial });
  validateAnswers(catalogue, answers);
  return answers;
};

describe("policy", () => {
  it("fixes answers, which are then not asked, and refuses others", () => {
    const catalogue = under(
      "  fixed: { ci: github, license: UNLICENSED, platforms: [heroku], example: false }\n",
    );
    const keys = missingAnswers(catalogue, {}).map(({ key }) => key);
    for (const key of ["ci", "license", "platforms", "example"]) expect(keys).not.toContain(key);
    expect(answer(catalogue, {})).toMatchObject({ ci: "github", license: "UNLICENSED", example: false });
    expect(() => answer(catalogue, { license: "MIT" })).toThrow(
      /license is UNLICENSED by a rule of the pack acme/,
    );
    expect(() => answer(catalogue, { platforms: [] })).toThrow(/platforms is heroku by a rule/);
    const none = under("  fixed: { ci: none }\n");
    expect(answer(none, {}).ci).toBeNull();
    expect(() => answer(none, { ci: "github" })).toThrow(/ci is none/);
  });

  it("fixes process types whatever their order", () => {
    const catalogue = under("  fixed: { processes: [worker, web] }\n");
    expect(answer(catalogue, {}).processes.map(({ name }) => name)).toEqual(["web", "worker"]);
    expect(() => answer(catalogue, { processes: ["web"] })).toThrow(/processes is worker,web/);
  });

  it("hides what isn't to be chosen, of every kind", () => {
    const catalogue = under("  hide: [rabbitmq, pnpm, MIT, heroku]\n");
    const offered = templatesOf(catalogue, "service").map(({ id }) => id);
    expect(offered).toEqual(expect.arrayContaining(["postgres", "redis"]));
    expect(offered).not.toContain("rabbitmq");
    const { platforms, license, packageManager } = answer(catalogue, { license: "ISC" });
    expect([platforms, license, packageManager]).toEqual([[], "ISC", "npm"]);
    expect(() => answer(catalogue, { license: "ISC", services: ["rabbitmq"] })).toThrow(
      /rabbitmq isn't to be used, by a rule of the pack acme/,
    );
    expect(() => answer(catalogue, { license: "MIT" })).toThrow(/MIT isn't to be used/);
    expect(() => answer(catalogue, { license: "ISC", packageManager: "pnpm" })).toThrow(
      /pnpm isn't to be used/,
    );
  });

  it("requires services, platforms and processes, which are then among the defaults", () => {
    const catalogue = under("  require: [redis, clock]\n");
    const answers = answer(catalogue, {});
    expect(answers.services).toEqual(["postgres", "redis"]);
    expect(answers.processes.map(({ name }) => name)).toEqual(["web", "worker", "clock"]);
    const question = missingAnswers(catalogue, {}).find(({ key }) => key === "services");
    expect(question?.initial).toEqual(["postgres", "redis"]);
    expect(() => answer(catalogue, { services: ["postgres"] })).toThrow(
      /redis is needed, by a rule of the pack acme/,
    );
  });

  it("takes images from other registries, by the longest name that fits", () => {
    const catalogue = under(
      "  registries:\n    docker.io: mirror.acme.test/hub\n    docker.io/library: mirror.acme.test/official\n",
    );
    const tree = emitted(catalogue, { services: ["postgres", "redis"] });
    expect(tree.get("compose.yaml")).toMatch(/image: "mirror\.acme\.test\/official\/postgres:/);
    expect(tree.get("compose.yaml")).toMatch(/image: "mirror\.acme\.test\/hub\/valkey\/valkey:/);
    expect(tree.get("Dockerfile")).toMatch(/FROM mirror\.acme\.test\/official\/node:\S+@sha256:/);
    const images = [...tree].flatMap(([path, text]) =>
      [...text.matchAll(/^\s*(?:image:|FROM) "?([^\s"]+)/gm)].map(([, image]) => `${path} ${image}`),
    );
    expect(
      images.filter((line) => !/mirror\.acme\.test|shop:local| (build|dependencies|base)$/.test(line)),
    ).toEqual([]);
  });

  it("of a later pack may fix the question of an earlier one", () => {
    const one = packOf("one", {}, "questions:\n  team: { type: string, message: Team }\n");
    const two = packOf("two", {}, "policy: { fixed: { team: payments } }\n");
    const catalogue = composed(one, two);
    expect(missingAnswers(catalogue, {}).map(({ key }) => key)).not.toContain("more.team");
    expect(answer(catalogue, {}).more).toEqual({ team: "payments" });
    expect(() => answer(catalogue, { more: { team: "x" } })).toThrow(
      /team is payments by a rule of the pack two/,
    );
  });

  it.each([
    ["  hide: [rabitmq]\n", /acme:pack\.yaml: policy\.hide names "rabitmq"/],
    ["  require: [github]\n", /policy\.require names "github"/],
    ["  fixed: { licence: MIT }\n", /policy\.fixed names "licence"/],
    ["  fix: { license: MIT }\n", /:4: there is no "fix" here/],
    ["  registries: { docker.io: '$(id)' }\n", /:4: "policy\.registries\.docker\.io" is/],
  ])("is refused for %j", (policy, said) => {
    expect(() => under(policy)).toThrow(said);
  });
});
