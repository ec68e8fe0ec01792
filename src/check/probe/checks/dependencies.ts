import { basename } from "node:path";
import { dynamicCheck, isNotTried, jointCheck, notTried, pass, risk, violation } from "../verdict.ts";

export const dependencies = [
  dynamicCheck("dependencies/build", "build", {
    title: "One command builds it",
    asks: "Does the build command succeed on the committed tree?",
    why: "“It will be able to set up everything needed to run the app’s code with a deterministic build command.”",
    fix: "Make the build pass on a fresh clone; name another command with --build if this one was guessed wrong.",
    fooledBy: "A build command that had to be guessed, and a registry that is not reachable from here.",
    judge: ({ succeeded, command, evidence }) =>
      succeeded ? pass : [violation(`The build fails: ${command}`, evidence)],
  }),
  dynamicCheck("dependencies/clean-build", "build", {
    title: "The build changes no committed file",
    asks: "Are all committed files, lockfiles too, byte for byte the same after the build?",
    why: "Dependencies are declared “completely and exactly”. A build that rewrites its lockfile resolved something else than what was declared.",
    fix: "Install with the frozen form (npm ci, uv sync --locked, cargo build --locked), and do not commit what the build makes.",
    fooledBy: "Tools that write a time into a committed file.",
    judge: ({ rewritten, command, succeeded }) => {
      if (command === null) return notTried("there is nothing to build");
      if (!succeeded) return notTried("the build failed");
      return rewritten.length === 0
        ? pass
        : [risk("The build rewrites files that are committed.", rewritten.slice(0, 5).join(", "))];
    },
  }),
  dynamicCheck("dependencies/offline", "offline", {
    title: "It starts without a network",
    asks: "Does the built app become ready where only its backing services can be reached?",
    why: "An app “never relies on implicit existence of system-wide packages”, and what is fetched at the start is a dependency that nobody declared.",
    fix: "Install and download in the build; let the start read only what is there.",
    fooledBy: "A start that asks a third party on purpose; it should bear that the third party is away.",
    judge: ({ offline }) =>
      isNotTried(offline)
        ? offline
        : offline.ready
          ? pass
          : [
              violation("Without a network, the built app does not become ready.", offline.evidence, {
                type: "web",
              }),
            ],
  }),
  jointCheck("dependencies/system-tools", "trio", {
    title: "It calls no tools that happen to be installed",
    asks: "Do the processes call tools such as curl, git, ImageMagick or a package manager?",
    why: "“Twelve-factor apps also do not rely on the implicit existence of any system tools”, and name curl and ImageMagick as the examples.",
    fix: "Use a library from the manifest, or vendor the tool; start the program itself, without npm, uv run or bundle exec before it.",
    fooledBy: "Calls by absolute path where strace is missing; tools that a Dockerfile installs.",
    judge: ({ trio, traced }, lab) => {
      if (isNotTried(trio)) return trio;
      const called = lab.tripwires.calls();
      const byPath = isNotTried(traced) ? [] : traced.tools;
      const unseen = byPath.filter((path) => !called.some((call) => call.startsWith(`${basename(path)} `)));
      return [...called, ...unseen].map(judgeCall);
    },
  }),
];

/** Installing and compiling is a build at run time; starting through a package manager is a needless parent. */
function judgeCall(call: string) {
  const builds =
    /^(npm|pnpm|yarn|bundle|uv|poetry|pip) (ci|i|install|sync|add)\b|^(go|cargo) (build|run|install)|^(mvn|gradle|make|gcc|cc)\b/;
  const launches = /^(npm|npx|pnpm|yarn|bundle|uv|poetry) /;
  if (builds.test(call)) return violation("A process installs or compiles at run time.", call);
  if (launches.test(call)) return risk("A process is started through a package manager.", call);
  return violation("A process calls a tool that nothing declares.", call);
}
