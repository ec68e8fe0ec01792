/** What the command line understands: one table for the parser, the help and the suggestions. */

export type Flag = {
  /** How the value is called in the help; absent for a switch. */
  readonly value?: string;
  readonly help: string;
  /** Whether `--no-<name>` is the form that people need. */
  readonly negated?: true;
  readonly short?: string;
  /** Whether it may be given several times. */
  readonly many?: true;
};

export type Verb = {
  readonly usage: string;
  readonly help: string;
  /** Positional arguments after the verb, at most. */
  readonly positionals: number;
  readonly flags: { readonly [name: string]: Flag };
};

const json: Flag = { help: "Print the result as JSON on stdout" };
const writing: { readonly [name: string]: Flag } = {
  yes: { short: "y", help: "Write without asking" },
  install: { negated: true, help: "Don't install the dependencies" },
  "dry-run": { help: "Show the diff, write nothing" },
  json,
};
const consent: Flag = {
  value: "SHA512",
  many: true,
  help: "Let that pack write files that run by themselves",
};
const name: Flag = { value: "NAME", help: "Name of the service (default: the directory's)" };
const description: Flag = { value: "TEXT", help: "What it does, in a sentence" };
const services: Flag = { value: "a,b", help: "Backing services, or none" };
const processes: Flag = { value: "a,b", help: "Process types; type, or name:type" };
const platforms: Flag = { value: "a,b", help: "Platforms to deploy to, or none" };
const packageManager: Flag = { value: "ID", help: "Which one the repo uses" };
const jobs: Flag = { value: "ID", help: "The service that carries jobs" };
const noConfig: Flag = { negated: true, help: "Leave out the packs that a configuration names" };
const pack: Flag = { value: "SOURCE", many: true, help: "Where a pack of the repo is now; repeatable" };

export const verbs: { readonly [name: string]: Verb } = {
  create: {
    usage: "[dir] [options]",
    help: "Ask, show what would be written, write a repo that runs",
    positionals: 1,
    flags: {
      name,
      description,
      license: { value: "ID", help: "MIT, Apache-2.0, … or UNLICENSED" },
      author: { value: "TEXT", help: "Author, for LICENSE and package metadata" },
      stack: { value: "ID", help: "Language and framework" },
      services,
      jobs,
      processes,
      platforms,
      ci: { value: "ID", help: "Continuous integration, or none" },
      "package-manager": packageManager,
      example: { negated: true, help: "Leave the example feature out" },
      pack: { value: "SOURCE", many: true, help: "Templates of a company, over ours; repeatable" },
      config: noConfig,
      consent,
      answers: { value: "FILE", help: "Answers from a JSON or YAML file, - for stdin; flags win" },
      yes: { short: "y", help: "Take the default of whatever was not answered" },
      force: { help: "Overwrite files that differ" },
      install: { negated: true, help: "Don't install the dependencies" },
      git: { negated: true, help: "Don't make a git repository" },
      "dry-run": { help: "Show what would be written, write nothing" },
      json,
    },
  },
  check: {
    usage: "[dir] | list | explain SLUG",
    help: "Measure the twelve factors of any repo",
    positionals: 2,
    flags: {
      boot: { help: "Also build the app, run it and probe it" },
      only: { value: "a,b", help: "These checks or factors alone" },
      skip: { value: "a,b", help: "All but these checks or factors" },
      format: { value: "FORMAT", help: "text, json or sarif" },
      procfile: { value: "FILE", help: "Where the process types are (default: Procfile)" },
      build: { value: "CMD", help: "How the app is built, with --boot" },
      "env-file": { value: "FILE", help: "Values of variables, with --boot" },
      service: { value: "NAME=URL,…", help: "Services to use, with --boot" },
      timeout: { value: "S", help: "How long a start may take, with --boot" },
      manifest: { value: "NAME", help: "Chapters as in the classic text, or in the next" },
      json,
    },
  },
  add: {
    usage: "ID [NAME] | task NAME | env NAME [options]",
    help: "Add a service, process, platform, CI, task or variable",
    positionals: 3,
    flags: {
      jobs,
      command: { value: "CMD", help: "Of a process, in a repo that was adopted" },
      description: { value: "TEXT", help: "Of a task or variable" },
      type: { value: "TYPE", help: "Of a variable: string, url, port, integer or boolean" },
      required: { help: "The variable must be set" },
      sensitive: { help: "The variable holds a secret" },
      processes: { value: "a,b", help: "Who reads the variable (default: all)" },
      default: { value: "VALUE", help: "Of a variable that is unset" },
      sample: { value: "VALUE", help: "A value of the variable to develop with" },
      pack,
      consent,
      ...writing,
    },
  },
  remove: {
    usage: "ID [NAME] | task NAME | env NAME [options]",
    help: "The opposite of add; what you wrote stays",
    positionals: 3,
    flags: { jobs, pack, consent, ...writing },
  },
  swap: {
    usage: "OLD NEW [options]",
    help: "Put one service, platform or CI in another's place",
    positionals: 2,
    flags: { jobs, pack, consent, ...writing },
  },
  update: {
    usage: "[options]",
    help: "Merge the current templates into the repo",
    positionals: 0,
    flags: {
      to: { value: "VERSION", help: "Those of another release" },
      check: { help: "Only tell whether there is something, by exit code 1" },
      reject: { value: "REASON", help: "Don't take what the packs have now; remember why" },
      pack: { value: "SOURCE", many: true, help: "Where a pack is now, or one to begin with; repeatable" },
      consent,
      ...writing,
    },
  },
  adopt: {
    usage: "[dir] [options]",
    help: "Offer a repo that is there what it lacks",
    positionals: 1,
    flags: {
      only: { value: "a,b", help: "These pieces alone, or all, or none" },
      skip: { value: "a,b", help: "All but these pieces" },
      name,
      description,
      language: { value: "ID", help: "node, python, go, ruby, java, php or other" },
      framework: { value: "NAME", help: "What the app is made with" },
      tool: { value: "NAME=VERSION", many: true, help: "A tool of the toolchain" },
      command: {
        value: "NAME=CMD",
        many: true,
        help: "Of a process, install, build, test or release",
      },
      services,
      processes,
      platforms,
      ci: { value: "ID", help: "Continuous integration to offer, or none" },
      "package-manager": packageManager,
      ...writing,
    },
  },
  diff: {
    usage: "[path] [--json]",
    help: "Show your changes since it was emitted, and an update's",
    positionals: 1,
    flags: { pack, json },
  },
  explain: {
    usage: "PATH [--json]",
    help: "Tell which pack and layer a file comes from",
    positionals: 1,
    flags: { pack, json },
  },
  undo: { usage: "[options]", help: "Take back the last of these changes", positionals: 0, flags: writing },
  generate: {
    usage: "[NAME [answers …]] [options]",
    help: "Run a generator of the repo's or a pack's plopfile, staged",
    positionals: 50,
    flags: {
      pack,
      consent: { value: "SHA512", many: true, help: "Let the plopfile of that pack run" },
      "run-actions": { help: "Let actions run that are code of the plopfile's own" },
      yes: writing.yes as Flag,
      "dry-run": writing["dry-run"] as Flag,
      json,
    },
  },
  pack: {
    usage:
      "new NAME | lint [DIR] | test [DIR] | diff OLD NEW |\n         docs [DIR] | schemas [DIR] | fleet [DIR] | report DIR…",
    help: "Write a pack of templates, find what is wrong with it",
    positionals: 10_000,
    flags: {
      write: { help: "Record what pack test renders" },
      boot: { help: "Also install, check and run what pack test renders" },
      service: { value: "NAME=URL,…", help: "Services to use, with --boot" },
      pack: { value: "SOURCE", many: true, help: "Packs under it; repeatable" },
      json,
    },
  },
  list: {
    usage: "[stacks|services|processes|platforms|ci] [--json]",
    help: "Print the catalogue",
    positionals: 1,
    flags: { pack, config: noConfig, json },
  },
  schema: {
    usage: "[pack|config|stack|service|…] [options]",
    help: "Print the JSON Schema of answers, or of a file of a pack",
    positionals: 1,
    flags: { pack, config: noConfig, json },
  },
  render: {
    usage: "--receipt FILE --json",
    help: "Print the tree that a receipt renders to",
    positionals: 0,
    flags: { receipt: { value: "FILE", help: "A .twelve-factor.json, - for stdin" }, pack, json },
  },
  recover: {
    usage: "[dir] [--abort] [--json]",
    help: "Finish, or undo, a write that was cut off",
    positionals: 1,
    flags: { abort: { help: "Undo it instead" }, json },
  },
};

export const commonFlags: { readonly [name: string]: Flag } = {
  help: { short: "h", help: "Print this help, or a verb's: list --help" },
  version: { short: "v", help: "Print the version" },
};
