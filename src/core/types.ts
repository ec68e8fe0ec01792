/** The shapes of the pipeline, in its order: template → answers → plan → tree → changes. */

import type { PartialAnswers, Question } from "./answers.ts";
import type { Definition } from "./definition.ts";

// Templates, as a folder of `templates/` or of a pack states them.

export type TemplateKind = "base" | "stack" | "service" | "process" | "platform" | "ci";

/** A template language program: text, and nodes that the evaluator of `dialect/` runs. */
export type Program = readonly ProgramNode[];
export type ProgramNode = string | readonly [op: string, ...operands: readonly unknown[]];

/** One file of a layer. A string body is copied as it is; a program is rendered. */
export type TemplateFile = {
  /** Output path, `/`-separated, or a program that renders to one. */
  readonly path: string | Program;
  readonly body: string | Uint8Array | { readonly program: Program };
  readonly executable: boolean;
  /** Where it comes from, for messages and `explain`: `services/redis/files/x`, of a pack `acme:services/redis/files/x`. */
  readonly origin: string;
  /** What packs filled blocks of it with. */
  readonly fills?: readonly { readonly origin: string; readonly program: Program }[];
};

/** A `files+a+b` folder: it takes part when every token of its condition holds. */
export type Layer = {
  readonly condition: readonly string[];
  readonly files: readonly TemplateFile[];
};

export type EnvType = "string" | "url" | "port" | "integer" | "boolean" | "enum";

/** A variable of the environment, as `.env.schema` and every descriptor list it. */
export type EnvVariable = {
  readonly name: string;
  readonly type: EnvType;
  /** The allowed values when `type` is `enum`. */
  readonly values: readonly string[];
  readonly required: boolean;
  readonly sensitive: boolean;
  /** Used where the variable is unset; never for a sensitive one. */
  readonly default: string | null;
  /** A value that works on a developer's machine. */
  readonly example: string | null;
  readonly description: string;
  /** Names of the processes that need it, `release` included, whose config the tasks have too. */
  readonly processes: readonly string[];
  /** Whether it's of the answers, not of a template. */
  readonly own?: boolean;
};

export type Template = {
  readonly kind: TemplateKind;
  readonly id: string;
  readonly definition: Definition;
  readonly layers: readonly Layer[];
  /** Whole lockfiles by output path, pruned by `lockfile/` when they are emitted. */
  readonly lockfiles: { readonly [path: string]: Json };
};

/** All templates that can be chosen. `integrity` names exactly this set of templates. */
export type Catalogue = {
  readonly integrity: string;
  readonly templates: readonly Template[];
  /** The packs over the built-in templates, in order, their sources as `Receipt` has them. */
  readonly packs?: Receipt["packs"];
  /** What the packs ask. */
  readonly questions?: readonly PackQuestion[];
  readonly extension?: Extension | undefined;
  /** Which packs say commands in the facts of which templates, the install aside, and by which commands they install. */
  readonly commanding?: readonly Commanding[];
};

export type Commanding = {
  readonly pack: string;
  readonly kind: TemplateKind;
  readonly id: string;
  readonly installs: readonly string[];
};

/** A question of a pack. Its name is its flag, and what templates read it by. */
export type PackQuestion = {
  readonly name: string;
  readonly type: "string" | "boolean" | "enum";
  readonly message: string;
  /** The allowed answers when `type` is `enum`. */
  readonly values: readonly string[];
  /** Null where it must be answered. */
  readonly default: string | boolean | null;
  readonly pattern: string | null;
  /** It is asked where each of these answers has one of the values. */
  readonly when: { readonly [answer: string]: readonly string[] };
  readonly pack: string;
};

/** Answers to questions of packs, by their names. */
export type More = { readonly [question: string]: string | boolean };

/** What packs ask and rule; functions, so that nothing of it is loaded where there is no pack. */
export type Extension = {
  /** What was answered, with what is fixed; `more.name` of a wizard is put where it belongs. */
  readonly given: (partial: PartialAnswers) => PartialAnswers;
  /** A question of ours with what is required among its defaults. */
  readonly adjust: (question: Question) => Question;
  readonly open: (known: PartialAnswers) => readonly Question[];
  readonly complete: (known: PartialAnswers) => { readonly more?: More };
  readonly validate: (answers: Answers) => void;
  /** Recorded answers for questions that may have changed since. Throws where a new one has no default. */
  readonly settle: (answers: Answers, stated: More) => Answers;
  readonly fromFlags: (
    texts: { readonly [flag: string]: string },
    switches: { readonly [flag: string]: boolean },
  ) => More;
  /** The JSON Schema of `more`. */
  readonly schema: () => Json;
};

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

// Answers and the receipt that keeps them.

export type ProcessAnswer = { readonly name: string; readonly type: string };

export type Answers = {
  readonly name: string;
  readonly description: string;
  readonly license: string;
  readonly author: string;
  readonly stack: string;
  readonly services: readonly string[];
  /** The service that carries jobs; null when no worker was chosen. */
  readonly jobs: string | null;
  readonly processes: readonly ProcessAnswer[];
  readonly platforms: readonly string[];
  readonly ci: string | null;
  readonly packageManager: string;
  readonly example: boolean;
  /** Variables and tasks of the person's own. */
  readonly env: readonly OwnVariable[];
  readonly tasks: readonly OwnTask[];
  /** What packs ask; absent where they ask nothing. */
  readonly more?: More;
  /** Of a repo whose code isn't ours, what a stack of the catalogue would say. */
  readonly facts?: StackFacts;
};

/** Commands are programs and their arguments, a space between each, empty where there is none. */
export type StackFacts = {
  readonly language: string;
  readonly framework: string;
  readonly toolchain: { readonly [tool: string]: string };
  readonly install: string;
  readonly build: string;
  readonly test: string;
  readonly release: string;
  /** By the name of the process. */
  readonly commands: { readonly [process: string]: string };
  /** The same while developing, where it is another one. */
  readonly dev?: { readonly [process: string]: string };
  /** What the install reads; empty where it needs all files. */
  readonly manifests: readonly string[];
  /** What the repo took of the templates. */
  readonly pieces: readonly string[];
};

export type OwnVariable = {
  readonly name: string;
  readonly type: EnvType;
  readonly required: boolean;
  readonly sensitive: boolean;
  readonly description: string;
  /** Names of processes and `release`; empty for all of them. */
  readonly processes: readonly string[];
  readonly default?: string;
  /** A value to develop and test with; a required one without any gets one of its type. */
  readonly example?: string;
};

export type OwnTask = { readonly name: string; readonly description: string };

export type Receipt = {
  readonly release: { readonly version: string; readonly integrity: string };
  readonly packs: readonly {
    readonly name: string;
    /** A folder or tarball as the repo reaches it, which begins with `./` or `../`; or `npm:…`, or `git+…`. */
    readonly source: string;
    readonly version: string;
    readonly integrity: string;
  }[];
  readonly answers: Answers;
  /** What was found there already, `<path>#<key>`, and is therefore never removed. */
  readonly kept: readonly string[];
  /** What `check` is not to report, and why: the person's, and only passed on. */
  readonly suppressions?: readonly Json[];
  /** Versions of packs that the person doesn't take, and why. */
  readonly rejected?: readonly RejectedPack[];
};

export type RejectedPack = {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
  readonly reason: string;
};

// Plan and tree.

/** What a template may read. Its shape is `project-shape.ts`; nothing else is in scope. */
export type Context = { readonly [key: string]: Json };

export type PlannedLayer = { readonly template: Template; readonly layer: Layer; readonly context: Context };

export type Plan = {
  readonly answers: Answers;
  readonly context: Context;
  readonly layers: readonly PlannedLayer[];
  /** Lockfiles that are to be emitted, by output path. */
  readonly lockfiles: { readonly [path: string]: Json };
};

export type FileContent = { readonly content: string | Uint8Array; readonly executable: boolean };

/** Paths, `/`-separated and relative to the repo, to files. A pure value. */
export type Tree = ReadonlyMap<string, FileContent>;

// Changes.

export type Change =
  | { readonly kind: "add"; readonly path: string; readonly after: FileContent }
  | {
      readonly kind: "modify";
      readonly path: string;
      readonly before: FileContent;
      readonly after: FileContent;
    }
  | { readonly kind: "delete"; readonly path: string; readonly before: FileContent };

/** A place where both sides changed one thing. `keyPath` is empty for a whole file. */
export type Conflict = {
  readonly path: string;
  readonly keyPath: readonly (string | number)[];
  readonly reason: string;
  readonly ours: string | null;
  readonly theirs: string | null;
};

export type Reconciliation = {
  readonly changes: readonly Change[];
  readonly conflicts: readonly Conflict[];
  readonly identical: readonly string[];
  /** Files of the person's that stay as they are though the templates have one of that name. */
  readonly kept: readonly string[];
};
