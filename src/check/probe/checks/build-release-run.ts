import { releaseId } from "../scenarios/trio.ts";
import { advice, dynamicCheck, isNotTried, notTried, pass, violation } from "../verdict.ts";

export const buildReleaseRun = [
  dynamicCheck("build-release-run/read-only", "sealed", {
    title: "It runs from a read-only tree",
    asks: "Does it become ready, and answer as before, when it cannot write to its own files?",
    why: "“It is impossible to make changes to the code at runtime, since there is no way to propagate those changes back to the build stage.”",
    fix: "Write to backing services; for what lasts one request, to the directory in TMPDIR.",
    fooledBy: "Caches beside the code, which a declared tmpfs would hold.",
    judge: ({ readOnly }) => {
      if (isNotTried(readOnly)) return readOnly;
      const { ready, brokenPaths, evidence } = readOnly;
      if (!ready) return [violation("On a read-only tree it does not start.", evidence, { type: "web" })];
      return brokenPaths.length === 0
        ? pass
        : [
            violation("On a read-only tree it fails where it worked before.", brokenPaths.join("; "), {
              type: "web",
            }),
          ];
    },
  }),
  dynamicCheck("build-release-run/non-root", "sealed", {
    title: "It runs without rights",
    asks: "Does it become ready as a user that owns nothing?",
    why: "Beyond the text. The run stage has “as few moving parts as possible”, and no part of it needs root: ports are above 1024, files are not written.",
    fix: "Open only what config names; own and write nothing.",
    fooledBy: "Runtimes in a home directory that other users cannot enter; then it is not run.",
    judge: ({ nonRoot }) => {
      if (isNotTried(nonRoot)) return nonRoot;
      return nonRoot.ready && nonRoot.brokenPaths.length === 0
        ? pass
        : [
            violation(
              "As a user without rights it does not work.",
              [...nonRoot.brokenPaths, nonRoot.evidence].slice(0, 2).join("; "),
              { type: "web" },
            ),
          ];
    },
  }),
  dynamicCheck("build-release-run/release-idempotent", "release", {
    title: "A release can be repeated",
    asks: "Does the release process succeed twice at once, again, and on another database?",
    why: "Releases are “an append-only ledger”, and a platform retries one that was cut off, or runs two at a time.",
    fix: "Run migrations under an advisory lock, and let what is done already be a success.",
    fooledBy: "Nothing that is known.",
    judge: ({ runs }) => {
      if (!runs) return notTried("there is no release process");
      if (runs.first.exit?.code !== 0 && runs.concurrent.every(({ exit }) => exit?.code !== 0)) {
        return notTried("the release process failed; see admin/release");
      }
      const failed = [
        ...runs.concurrent.map((run) => ({ run, when: "beside another one" })),
        { run: runs.again, when: "a second time" },
        { run: runs.second, when: "on another database" },
      ].find(({ run }) => run.exit?.code !== 0);
      return failed
        ? [violation(`The release process fails ${failed.when}.`, failed.run.evidence, { type: "release" })]
        : pass;
    },
  }),
  dynamicCheck("build-release-run/migrate-on-boot", "release", {
    title: "The start does not migrate",
    asks: "Does a start of the web process leave the schema of its database alone?",
    why: "The stages are strictly separated; “the run stage should be kept to as few moving parts as possible”. A migration at the start runs once for each process, and races.",
    fix: "Migrate in the release process, and have the start expect that it was done.",
    fooledBy: "Sessions or queues that make their own tables at the start: that is a migration too.",
    judge: ({ bootSchema }) => {
      if (isNotTried(bootSchema)) return bootSchema;
      const { before, after, variable } = bootSchema;
      return before === after
        ? pass
        : [
            violation(
              `The start of the web process changes the schema in ${variable}.`,
              `columns after the start: ${after.slice(0, 200)}`,
              { type: "web" },
            ),
          ];
    },
  }),
  dynamicCheck("build-release-run/release-id", "trio", {
    title: "The release can be told",
    asks: "Does the value of RELEASE_ID appear in the log, or in an answer?",
    why: "“Every release should always have a unique release ID”; a log that does not tell it leaves the question which code wrote a line.",
    fix: "Log RELEASE_ID at the start, or serve it.",
    fooledBy: "Apps that take the id from a variable of another name.",
    judge: ({ first, answers, usable }) => {
      if (!usable) return notTried("the web process did not start");
      const inLog = first.launched.output.lines().some(({ text }) => text.includes(releaseId));
      const inAnswer = answers.some(({ body, headers }) =>
        `${body}${JSON.stringify(headers)}`.includes(releaseId),
      );
      return inLog || inAnswer
        ? pass
        : [advice("Neither the log nor an answer tells RELEASE_ID.", `RELEASE_ID=${releaseId}`)];
    },
  }),
];
