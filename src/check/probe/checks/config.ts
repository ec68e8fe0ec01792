import type { Refusal } from "../scenarios/refusals.ts";
import { advice, dynamicCheck, type Fault, notTried, pass, risk, violation } from "../verdict.ts";

const nothingDeclared = "no variable is declared as required; an .env.schema would tell";

export const config = [
  dynamicCheck("config/leave-one-out", "refusals", {
    title: "It refuses to start without its config",
    asks: "Does each process type end, naming the variable, when one that it needs is absent?",
    why: "“The twelve-factor app stores config in environment variables.” A process that starts without them has the value in its code, or fails later, when a user asks.",
    fix: "Read all variables once, at boot, in one typed module, and exit with an error that names every one that is wrong.",
    fooledBy:
      "Variables that one process type needs and another does not, where the schema does not say which.",
    judge: ({ missing }) =>
      missing.length === 0 ? notTried(nothingDeclared) : missing.flatMap(judgeMissing),
  }),
  dynamicCheck("config/malformed-value", "refusals", {
    title: "It refuses values of the wrong form",
    asks: "Does it end when PORT is not a port, and a URL not a URL?",
    why: "Config varies between deploys and is typed by hand; a wrong value that is accepted becomes a default of the code, and deploys differ from what was stated.",
    fix: "Validate type and form of every variable at boot, before the port is opened.",
    fooledBy:
      "Runtimes that take a string for PORT as the path of a Unix socket still count as having started.",
    judge: ({ malformed }) =>
      malformed.flatMap((refusal) => {
        if (refusal.outcome === "refused") return pass;
        const [name = ""] = refusal.variables;
        const { type, evidence } = refusal;
        const fault = refusal.outcome === "not ready" ? risk : violation;
        return [fault(`${type} ${startedWords(refusal)} with a malformed ${name}.`, evidence, { type })];
      }),
  }),
  dynamicCheck("config/all-problems-at-once", "refusals", {
    title: "All problems are reported at once",
    asks: "Does one start name every variable that is wrong, and open no port?",
    why: "Beyond the text. Variables are “granular controls, each fully orthogonal to other env vars”; who sets twelve of them should not need twelve deploys to learn what is wrong.",
    fix: "Collect the problems of all variables, print them together, then exit.",
    fooledBy: "Messages that describe a variable without its name.",
    judge: ({ several }) => {
      if (!several) return notTried("fewer than two variables have a form that is known");
      if (several.outcome !== "refused") return notTried("it starts with malformed values");
      const unnamed = several.variables.filter((name) => !several.named.includes(name));
      if (several.opened)
        return [advice("It opens its port before it has looked at its config.", several.evidence)];
      return unnamed.length === 0
        ? pass
        : [advice(`With all of them wrong, it does not name ${unnamed.join(", ")}.`, several.evidence)];
    },
  }),
  dynamicCheck("config/dotenv-poison", "poison", {
    title: "The environment wins over a .env file",
    asks: "When a .env in the tree contradicts the environment, does the app follow the environment?",
    why: "Config lives in the environment, which is “easy to change between deploys without changing any code”; a file in the tree that wins cannot be changed by a deploy.",
    fix: "Load .env in development scripts only, and never let it override.",
    fooledBy: "Loaders that look for the file elsewhere than in the working directory.",
    judge: ({ followedFile, dialled, readiness, evidence }) => {
      const followed = [...(followedFile ? ["PORT"] : []), ...dialled];
      if (followed.length > 0)
        return [
          violation(`A .env file overrides the environment: ${followed.join(", ")}.`, evidence, {
            type: "web",
          }),
        ];
      return readiness === "ready" || readiness === "serving"
        ? pass
        : [
            risk(
              "With a .env in the tree that contradicts the environment, it does not become ready.",
              evidence,
              { type: "web" },
            ),
          ];
    },
  }),
  dynamicCheck("config/unknown-environment", "names", {
    title: "It needs no named environment",
    asks: "Does it start when NODE_ENV, APP_ENV and their like hold a name that nobody knows?",
    why: "Env vars “are never grouped together as environments, but instead are independently managed for each deploy”.",
    fix: "Switch on single variables, each for one thing, and never on the name of an environment.",
    fooledBy: "Frameworks that want a file for each name, such as Rails.",
    judge: ({ ready, evidence }) =>
      ready
        ? pass
        : [
            advice("With an environment name that it does not know, it does not start.", evidence, {
              type: "web",
            }),
          ],
  }),
  dynamicCheck("config/rotated-credentials", "rotation", {
    title: "Rotated credentials are taken up",
    asks: "Where a variable holds the path of a file with a service’s URL, does the next connection follow the file when it has changed?",
    why: "The draft of the next text keeps the location of a credential that rotates in the environment, and not its value: who reads the file once at boot is cut off when it rotates.",
    fix: "Read the file for each new connection.",
    fooledBy: "Apps that do not connect again while their old connection is reset.",
    judge: ({ variable, followed }) =>
      followed
        ? pass
        : [
            risk(
              `After the file in ${variable} has changed, connections go on to what it said before.`,
              "no connection to the new address within 10 s",
              { type: "web" },
            ),
          ],
  }),
  dynamicCheck("config/canary-secrets", "trio", {
    title: "Secrets stay secret",
    asks: "Do secrets that were made for this run turn up in logs, or in answers?",
    why: "The litmus test is “whether the codebase could be made open source at any moment, without compromising any credentials”; a log or a debug page gives them away sooner.",
    fix: "Log names, never values; mask URLs with a password; serve no page that prints the environment.",
    fooledBy: "Secrets that are shown in parts, or encoded.",
    judge: ({ first, answers }, lab) => {
      if (lab.canaries.size === 0) return notTried("no secret variable is declared");
      const texts = [
        ...first.launched.output.lines().map(({ text }) => ({ where: "its log", text })),
        ...answers.map(({ body, headers }) => ({
          where: "an answer",
          text: `${body} ${Object.values(headers).join(" ")}`,
        })),
      ];
      const leaks = [...lab.canaries].flatMap(([value, name]) => {
        const leak = texts.find(({ text }) => text.includes(value));
        return leak
          ? [violation(`The secret of ${name} is shown in ${leak.where}.`, aroundSecret(leak.text, value))]
          : [];
      });
      return leaks;
    },
  }),
  dynamicCheck("config/secrets-in-errors", "refusals", {
    title: "Config errors show no values",
    asks: "When config is wrong, does the message keep the values to itself?",
    why: "What stands in the environment is a credential as often as not, and the message goes to a log that many read.",
    fix: "Name the variable and what was expected; leave the value out.",
    fooledBy: "Values that are shown in parts.",
    judge: ({ malformed, several }) => {
      const showing = [...malformed, ...(several ? [several] : [])].filter(({ showsValue }) => showsValue);
      const [first] = showing;
      return first
        ? [risk(`The error about ${first.variables.join(", ")} shows the value.`, first.evidence)]
        : pass;
    },
  }),
  dynamicCheck("config/secrets-in-files", "files", {
    title: "Secrets are written to no file",
    asks: "Do secrets that were made for this run turn up in files that the app wrote?",
    why: "Credentials belong in the environment of the release, where they can be changed; a copy on a disk outlives that.",
    fix: "Pass secrets on in memory.",
    fooledBy: "Files above 1 MiB are read up to there.",
    judge: ({ leaks }, lab) => {
      if (lab.canaries.size === 0) return notTried("no secret variable is declared");
      return leaks.length === 0 ? pass : [violation("A secret was written to a file.", leaks.join(", "))];
    },
  }),
];

function judgeMissing(refusal: Refusal): readonly Fault[] {
  const [name = ""] = refusal.variables;
  const { type, evidence, declared } = refusal;
  if (refusal.outcome === "refused") {
    return refusal.named.length > 0
      ? []
      : [risk(`${type} ends without ${name}, but its output does not name it.`, evidence, { type })];
  }
  if (!declared) {
    return [
      risk(`${type} ${startedWords(refusal)} without ${name}, which names a backing service.`, evidence, {
        type,
        confidence: "medium",
      }),
    ];
  }
  const fault = refusal.outcome === "not ready" ? risk : violation;
  return [
    fault(`${type} ${startedWords(refusal)} without ${name}, which is declared as required.`, evidence, {
      type,
    }),
  ];
}

function startedWords({ outcome, opened }: Refusal): string {
  if (outcome === "ended with code 0") return "ends with code 0";
  if (outcome === "not ready") return "starts, and is never ready,";
  return opened ? "starts" : "keeps running";
}

function aroundSecret(text: string, secret: string): string {
  const at = text.indexOf(secret);
  return text.slice(Math.max(0, at - 60), at + secret.length + 20);
}
