import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { completeAnswers, type PartialAnswers } from "../../src/core/answers.ts";
import { parseArgv } from "../../src/io/cli/argv.ts";
import { givenAnswers } from "../../src/io/cli/given-answers.ts";
import { replayLine } from "../../src/io/cli/replay.ts";
import { catalogue } from "../core/catalogue.ts";

const lineFor = (given: PartialAnswers, env: NodeJS.ProcessEnv = {}, directory = "my-app") =>
  replayLine({ catalogue, answers: completeAnswers(catalogue, given), directory, switches: [] }, env);

describe("replayLine", () => {
  it("leaves out what goes without saying", () => {
    expect(lineFor({ name: "my-app" })).toBe("create-twelve-factor my-app --yes");
    expect(lineFor({ name: "other" })).toBe("create-twelve-factor my-app --name other --yes");
    expect(lineFor({ name: "my-app", example: false, ci: null, platforms: [] })).toBe(
      "create-twelve-factor my-app --platforms none --ci none --no-example --yes",
    );
  });

  it("is for the script where it runs as one of the project itself", () => {
    const env = { npm_config_user_agent: "npm/11.0.0 node/v24.0.0", npm_lifecycle_event: "start" };
    expect(lineFor({ name: "my-app" }, env)).toBe("npm start -- my-app --yes");
  });

  it("leaves a secret of a pack's URL out", () => {
    const line = (pack: string) =>
      replayLine(
        {
          catalogue,
          answers: completeAnswers(catalogue, {}),
          directory: "my-app",
          switches: [`--pack=${pack}`],
        },
        {},
      );
    expect(line("git+https://me:s3cret@example.com/a.git#v1")).toMatch(
      /--pack=git\+https:\/\/example\.com\/a\.git#v1'$/,
    );
    expect(line("git+https://t0ken@example.com/a.git")).not.toContain("t0ken");
    expect(line("git+ssh://git:s3cret@example.com/a.git")).toMatch(/ssh:\/\/git@example\.com/);
    expect(line("git@example.com:a.git")).toContain("--pack=git@example.com:a.git");
  });

  it("pipes what has no flag", () => {
    const task = { name: "sweep", description: "Doesn't ask" };
    const line = lineFor({ name: "my-app", tasks: [task] }, { npm_config_user_agent: "npm/11.0.0" });
    expect(line).toMatch(
      /^printf %s '.*Doesn'\\''t ask.*' \| npm create twelve-factor@\S+ my-app -- --answers - --yes$/,
    );
  });

  it("reads back as the answers that it was made of", async () => {
    const text = fc.string({ unit: fc.constantFrom(..."ab -='\"$`\\!*,;&|<>(){}[]#~%äß中"), maxLength: 30 });
    const answers = fc.record(
      {
        description: text,
        author: text,
        license: fc.constantFrom("MIT", "UNLICENSED"),
        services: fc.subarray(["postgres", "redis", "rabbitmq"]),
        processes: fc.constantFrom(["web"], ["web", { name: "mailer", type: "worker" }]),
        platforms: fc.constantFrom([], ["heroku"]),
        ci: fc.constantFrom(null, "github"),
        example: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(answers, async (partial) => {
        const given = { name: "my-app", ...partial } as PartialAnswers;
        const wanted = completeAnswers(catalogue, given);
        const words = shellWords(lineFor(given)).slice(1);
        const read = await givenAnswers(parseArgv(words));
        expect(completeAnswers(catalogue, { name: "my-app", ...read })).toEqual(wanted);
      }),
    );
  });
});

/** The words of a line of sh that has no more than plain words and '…' with '\''. */
function shellWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (const [piece] of line.matchAll(/'[^']*'|\\.|\s|[^\s'\\]+/g)) {
    if (/^\s$/.test(piece)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + (piece.startsWith("'") ? piece.slice(1, -1) : piece.replace(/^\\/, ""));
  }
  return word === null ? words : [...words, word];
}
