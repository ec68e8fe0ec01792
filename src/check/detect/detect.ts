import { isPlainCommand } from "../../core/answered-stack.ts";
import { maskEvidence } from "../factors/evidence.ts";
import { toolchainsIn } from "../factors/toolchains.ts";
import { lastInstruction } from "../parsers/dockerfile.ts";
import { isCi, type Survey } from "../survey/survey.ts";
import {
  type Detection,
  type Fact,
  fact,
  guess,
  type ProcessFact,
  type Shape,
  type ToolFact,
  typeOf,
} from "./detection.ts";
import { readGo } from "./go.ts";
import { readJava } from "./java.ts";
import { readNode } from "./node.ts";
import { readPhp } from "./php.ts";
import { readPython } from "./python.ts";
import { readRuby } from "./ruby.ts";
import { servicesIn } from "./services.ts";
import { readsIn, variablesOf } from "./variables.ts";

/** A file a language; of several in one repo the first with a framework that it knows is the app's. */
const readers = [readGo, readJava, readPhp, readRuby, readPython, readNode];

/** What a repo is made of, from its manifests, code and descriptors. Null where nothing tells how it is run. */
export function detect(survey: Survey, variables: ReadonlyMap<string, string>): Detection | null {
  const shapes = readers.flatMap((read) => read(survey) ?? []);
  const shape = shapes.find(({ recognised }) => recognised) ?? shapes.at(-1) ?? fromImage(survey);
  if (shape === null) return null;
  const { dependencies, recognised: _, ...own } = shape;
  const reads = readsIn(survey);
  const services = servicesIn({ survey, dependencies, reads, variables });
  const taken = new Set(services.flatMap(({ variable }) => variable ?? []));
  return {
    ...own,
    toolchain: toolchainOf(survey, shape),
    release: withoutSecret(statedRelease(survey) ?? shape.release),
    processes: processesOf(survey, shape).map((process) => ({ ...process, ...withoutSecret(process) })),
    services,
    variables: variablesOf(reads, taken),
    ci: ciOf(survey),
  };
}

/** What goes into files that everyone reads. */
function withoutSecret<T extends Fact | null>(stated: T): T | Fact {
  if (stated === null || maskEvidence(stated.value) === stated.value) return stated;
  return guess("", stated.file, stated.line, "it holds what looks like a secret");
}

/** A repo of which only its image tells how it is run. */
function fromImage(survey: Survey): Shape | null {
  const start = imageStart(survey);
  if (start === null) return null;
  return {
    language: "other",
    framework: fact("Container", start.file, 1),
    packageManager: guess("unknown", start.file, 1, "no manifest was recognised"),
    toolchain: [],
    install: null,
    build: null,
    test: null,
    release: null,
    processes: [{ ...start, name: "web", type: "web" }],
    dependencies: [],
    manifests: [],
    recognised: false,
    imageless: "there is a Dockerfile",
  };
}

const toolOf: { readonly [language: string]: readonly [stated: string, tool: string] } = {
  node: ["node", "nodejs"],
  python: ["python", "python"],
  go: ["go", "golang"],
  ruby: ["ruby", "ruby"],
  java: ["java", "java"],
};

/** Files for version managers first, then images and CI, then what the manifest says, then a range's least. */
function toolchainOf(survey: Survey, { language, toolchain }: Shape): readonly ToolFact[] {
  const [name, tool] = toolOf[language] ?? [];
  if (name === undefined || tool === undefined) return toolchain;
  const stated = toolchainsIn(survey).filter((each) => each.tool === name);
  const rank = (file: string) =>
    /(^|\/)(\.[\w-]*(version|nvmrc|versions)|runtime\.txt|\.?mise\.toml)$/.test(file)
      ? 0
      : /ocker|ontainerfile/.test(file)
        ? 1
        : 2;
  const exact = stated
    .filter(({ isRange, file }) => !isRange && (rank(file) > 0 || !file.includes("/")))
    .toSorted((a, b) => rank(a.file) - rank(b.file))[0];
  if (exact !== undefined) return [{ tool, ...fact(exact.version, exact.file, exact.line) }];
  if (toolchain.length > 0) return toolchain;
  const range = stated.find(({ isRange }) => isRange);
  const least = range && /\d+(\.\d+)*/.exec(range.version)?.[0];
  if (range === undefined || least === undefined) return [];
  const value =
    language === "python" ? least.split(".").slice(0, 2).join(".") : (least.split(".")[0] as string);
  const parts = value.split(".").map(Number);
  const next = [...parts.slice(0, -1), (parts.at(-1) as number) + 1];
  const isOne = !range.allows(next);
  const note = isOne ? undefined : `${range.version} allows others too`;
  return [{ tool, ...fact(value, range.file, range.line, isOne, note) }];
}

/** What the Procfile says, else the manifest, else the image, where these are not sure. */
function processesOf(survey: Survey, shape: Shape): readonly ProcessFact[] {
  const procfile = survey.procfiles.find(({ file }) => file === "Procfile");
  if (procfile !== undefined) {
    return procfile.entries
      .filter(({ name }) => name !== "release")
      .map(({ name, command, line }): ProcessFact => {
        const own = shape.processes.find((process) => process.name === name);
        const stated = plain(command, { file: procfile.file, line }, own);
        return { ...stated, name, type: typeOf(name) };
      });
  }
  const [first, ...others] = shape.processes;
  const image = imageStart(survey);
  if (first === undefined || first.sure || image === null || image.value === "") return shape.processes;
  return [{ ...image, name: first.name, type: first.type }, ...others];
}

function statedRelease(survey: Survey): Fact | null {
  const procfile = survey.procfiles.find(({ file }) => file === "Procfile");
  const entry = procfile?.entries.find(({ name }) => name === "release");
  return entry ? plain(entry.command, { file: "Procfile", line: entry.line }) : null;
}

/** A command as a program and its arguments, without what it needs no shell for. */
function plain(
  command: string,
  { file, line }: { readonly file: string; readonly line: number },
  own?: Fact,
): Fact {
  const withoutPort = command
    .replace(/^exec\s+/, "")
    .replace(/(^.*\bgunicorn\b.*?)\s+(-b|--bind)[ =]("?)(0\.0\.0\.0|\[?::\]?)?:\$\{?PORT[^\s"]*\3/, "$1")
    .replace(/(^.*\bpuma\b.*?)\s+(-p|--port)[ =]\$\{?PORT\S*/, "$1")
    .replace(/\s+/g, " ")
    .trim();
  if (own?.sure && /^(npm|yarn|pnpm) (run )?[\w:-]+$/.test(withoutPort)) return own;
  if (isPlainCommand(withoutPort)) return fact(withoutPort, file, line);
  if (own !== undefined && own.value !== "") return own;
  return guess("", file, line, "its line needs a shell");
}

/** What the image of the Dockerfile at the root runs. */
function imageStart({ dockerfiles }: Survey): Fact | null {
  const dockerfile = dockerfiles.find(({ file }) => /^(Dockerfile|Containerfile)$/.test(file));
  if (dockerfile === undefined) return null;
  const [entry, command] = [lastInstruction(dockerfile, "ENTRYPOINT"), lastInstruction(dockerfile, "CMD")];
  const place = { file: dockerfile.file, line: (command ?? entry)?.line ?? 1 };
  if (entry === null && command === null) return guess("", place.file, 1, "the image names no command");
  const words = [entry, command].flatMap((each) => each?.exec ?? (each === null ? [] : [each.text]));
  return plain(words.join(" "), place);
}

const cis: readonly (readonly [path: RegExp, id: string])[] = [
  [/^\.github\/workflows\//, "github"],
  [/^\.gitlab-ci\.yml$/, "gitlab"],
  [/^\.circleci\//, "circleci"],
  [/^Jenkinsfile$/, "jenkins"],
  [/^\.travis\.yml$/, "travis"],
  [/^azure-pipelines\.ya?ml$/, "azure"],
  [/^bitbucket-pipelines\.yml$/, "bitbucket"],
  [/^\.buildkite\//, "buildkite"],
  [/^\.drone\.yml$/, "drone"],
];

function ciOf({ repo }: Survey): Fact | null {
  const path = repo.paths.find((each) => isCi(each) || cis.some(([pattern]) => pattern.test(each)));
  return path === undefined ? null : fact(cis.find(([pattern]) => pattern.test(path))?.[1] ?? "ci", path);
}
