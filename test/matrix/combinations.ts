import type { PartialAnswers } from "../../src/core/answers.ts";

/** One way to answer the questions that change what is emitted. */
export type Combination = {
  readonly stack: string;
  readonly services: readonly string[];
  readonly jobs: string | null;
  readonly processes: readonly string[];
  readonly example: boolean;
  readonly platforms: readonly string[];
  readonly ci: string | null;
  readonly packageManager: string;
};

/** What can be chosen with a stack, as the catalogue has it. */
export type Choices = {
  readonly stack: string;
  readonly services: readonly string[];
  /** Pairs of services that a repo has one of. */
  readonly rivals: readonly (readonly [string, string])[];
  /** Services that play a part which no other can play: what one of them brings depends on no other. */
  readonly leaves: readonly string[];
  /** Services that can carry jobs. */
  readonly carriers: readonly string[];
  readonly platforms: readonly string[];
  readonly ci: readonly string[];
  readonly packageManagers: readonly string[];
};

const processSets = [["web"], ["web", "worker"], ["web", "worker", "mailer:worker", "clock"]] as const;

/** What a person adds to the answers, where the repo has all processes. */
const ownAnswers: Pick<PartialAnswers, "env" | "tasks"> = {
  env: [
    {
      name: "BILLING_URL",
      type: "url",
      required: true,
      sensitive: true,
      description: "Where bills are made out",
      processes: ["mailer", "release"],
    },
    {
      name: "PAGE_SIZE",
      type: "integer",
      required: false,
      sensitive: false,
      description: "Rows of a page",
      processes: [],
      default: "20",
    },
  ],
  tasks: [
    { name: "purge-expired", description: "Removes what has expired" },
    { name: "reindex", description: "" },
  ],
};

export function ownOf({ processes }: Combination): Pick<PartialAnswers, "env" | "tasks"> {
  return processes.includes("mailer:worker") ? ownAnswers : {};
}

/** Every combination that the flags allow. A worker needs a service that carries its jobs. */
export function allCombinations(choices: Choices): readonly Combination[] {
  const found: Combination[] = [];
  const possible = subsets(choices.services).filter(
    (services) => !choices.rivals.some((pair) => pair.every((id) => services.includes(id))),
  );
  for (const services of possible) {
    for (const processes of processSets) {
      const carriers =
        processes.length === 1 ? [null] : services.filter((id) => choices.carriers.includes(id));
      for (const jobs of carriers) {
        for (const example of [true, false]) {
          for (const platforms of subsets(choices.platforms)) {
            for (const ci of [...choices.ci, null]) {
              for (const packageManager of choices.packageManagers) {
                found.push({
                  stack: choices.stack,
                  services,
                  jobs,
                  processes,
                  example,
                  platforms,
                  ci,
                  packageManager,
                });
              }
            }
          }
        }
      }
    }
  }
  return found;
}

/**
 * Whether it's among those that are rendered and read. What is about the services, the processes and the example is there in
 * all combinations; the package manager, the platforms and the CI vary together, and so do the services on which no other
 * depends.
 */
export function isRepresentative(combination: Combination, choices: Choices): boolean {
  const { services, platforms, ci, packageManager } = combination;
  const leaves = choices.leaves.filter((id) => services.includes(id));
  const rest = [platforms.length > 0, ci !== null, packageManager === choices.packageManagers[0]];
  return [0, choices.leaves.length].includes(leaves.length) && new Set(rest).size === 1;
}

/** The factors of which every pair of values is to be met, a service being one of its own. */
export function factorsOf(combination: Combination, choices: Choices): readonly string[] {
  return [
    ...choices.services.map((id) => `${id}=${combination.services.includes(id)}`),
    `jobs=${combination.jobs}`,
    `processes=${combination.processes.join(",")}`,
    `example=${combination.example}`,
    ...choices.platforms.map((id) => `${id}=${combination.platforms.includes(id)}`),
    `ci=${combination.ci}`,
    `packageManager=${combination.packageManager}`,
  ];
}

/** `postgres+redis jobs=redis web,worker example heroku github pnpm` */
export function nameOf(combination: Combination): string {
  return [
    combination.services.join("+") || "no-services",
    combination.jobs === null ? "" : `jobs=${combination.jobs}`,
    combination.processes.join(","),
    combination.example ? "example" : "no-example",
    combination.platforms.join("+") || "no-platform",
    combination.ci ?? "no-ci",
    // Each stack has package managers of its own.
    combination.packageManager,
  ]
    .filter((word) => word !== "")
    .join(" ");
}

/** The same answers as flags of the command. */
export function flagsOf(combination: Combination): readonly string[] {
  const list = (ids: readonly string[]): string => ids.join(",") || "none";
  return [
    `--stack=${combination.stack}`,
    `--services=${list(combination.services)}`,
    ...(combination.jobs === null ? [] : [`--jobs=${combination.jobs}`]),
    `--processes=${list(combination.processes)}`,
    `--platforms=${list(combination.platforms)}`,
    `--ci=${combination.ci ?? "none"}`,
    `--package-manager=${combination.packageManager}`,
    ...(combination.example ? [] : ["--no-example"]),
  ];
}

function subsets(ids: readonly string[]): readonly (readonly string[])[] {
  const [first, ...rest] = ids;
  if (first === undefined) return [[]];
  const without = subsets(rest);
  return without.flatMap((subset) => [subset, [first, ...subset]]).sort((a, b) => a.length - b.length);
}
