import { describe, expect, it } from "vitest";
import {
  allCombinations,
  type Choices,
  factorsOf,
  flagsOf,
  isRepresentative,
  nameOf,
} from "./combinations.ts";
import { pairwise } from "./pairwise.ts";

const choices: Choices = {
  stack: "node-fastify",
  services: ["postgres", "mysql", "redis", "rabbitmq"],
  rivals: [["mysql", "postgres"]],
  leaves: [],
  carriers: ["rabbitmq", "postgres", "redis"],
  platforms: ["heroku"],
  ci: ["github"],
  packageManagers: ["npm", "pnpm"],
};

describe("allCombinations", () => {
  const all = allCombinations(choices);

  it("has every subset of services with web alone, and every carrier with a worker", () => {
    // Without a database, with MySQL, with PostgreSQL, each with none, one or both of the others.
    expect(all).toHaveLength((4 * 3 + (4 + 4 + 8) * 2) * 2 * 2 * 2 * 2);
    expect(new Set(all.map(nameOf)).size).toBe(all.length);
  });

  it("never has a worker whose jobs nobody carries", () => {
    for (const { processes, jobs, services } of all) {
      expect(processes.includes("worker")).toBe(jobs !== null);
      if (jobs !== null) expect(services).toContain(jobs);
    }
  });

  it("never has two services that one variable would locate", () => {
    for (const { services } of all)
      expect(services).not.toEqual(expect.arrayContaining(["mysql", "postgres"]));
  });

  it("says itself in flags", () => {
    const [first] = all;
    expect(first && flagsOf(first).join(" ")).toBe(
      "--stack=node-fastify --services=none --processes=web --platforms=none --ci=github --package-manager=npm",
    );
  });
});

describe("isRepresentative", () => {
  const more: Choices = { ...choices, services: [...choices.services, "s3", "smtp"], leaves: ["s3", "smtp"] };
  const all = allCombinations(more);
  const some = all.filter((row) => isRepresentative(row, more));

  it("leaves out nothing of what services, processes, jobs and the example make of each other", () => {
    const own = ({ services, processes, jobs, example }: (typeof all)[number]): string =>
      JSON.stringify([services.filter((id) => !more.leaves.includes(id)), processes, jobs, example]);
    expect(new Set(some.map(own))).toEqual(new Set(all.map(own)));
  });

  it("has every value of the rest, in a fraction of the combinations", () => {
    expect(some.length).toBe(all.length / 8);
    for (const key of ["ci", "packageManager"] as const)
      expect(new Set(some.map((row) => row[key])).size).toBe(2);
    for (const id of more.leaves) expect(some.some(({ services }) => services.includes(id))).toBe(true);
  });
});

describe("pairwise", () => {
  const all = allCombinations(choices);
  const factors = (row: (typeof all)[number]): readonly string[] => factorsOf(row, choices);
  const chosen = pairwise(all, factors);

  it("meets every pair of values that some combination has", () => {
    const pairsIn = (rows: typeof all): ReadonlySet<string> =>
      new Set(rows.flatMap((row) => factors(row).flatMap((a) => factors(row).map((b) => `${a} & ${b}`))));
    expect(pairsIn(chosen)).toEqual(pairsIn(all));
  });

  it("takes few, and the same ones each time", () => {
    expect(chosen.length).toBeLessThanOrEqual(11);
    expect(pairwise(all, factors)).toEqual(chosen);
  });

  it("takes a row that alone has a pair", () => {
    const rows = [
      ["a1", "b1"],
      ["a1", "b2"],
      ["a2", "b1"],
    ];
    expect(pairwise(rows, (row) => row).toSorted()).toEqual(rows);
  });
});
