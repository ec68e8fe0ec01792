import type { OwnVariable } from "../../core/types.ts";

/** What was seen, and where; not sure where something was guessed, of which the note says how. */
export type Fact = {
  readonly value: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly sure: boolean;
  readonly note?: string;
};

export type ProcessFact = Fact & { readonly name: string; readonly type: string };
export type ToolFact = Fact & { readonly tool: string };
export type Dependency = { readonly name: string; readonly file: string; readonly line: number | null };

/** A repo in one language, as its manifest and its code tell. */
export type Shape = {
  readonly language: string;
  readonly framework: Fact;
  readonly packageManager: Fact;
  /** Of the manifest itself; files for version managers, images and CI are asked for every language alike. */
  readonly toolchain: readonly ToolFact[];
  readonly install: Fact | null;
  readonly build: Fact | null;
  readonly test: Fact | null;
  readonly release: Fact | null;
  /** Of one whose start isn't known the value is empty. */
  readonly processes: readonly ProcessFact[];
  readonly dependencies: readonly Dependency[];
  readonly manifests: readonly string[];
  /** Whether a framework or a server was recognised, so that this language is the app's and not of a tool beside it. */
  readonly recognised: boolean;
  /** What keeps an image from being built as the templates do; null where nothing does. */
  readonly imageless?: string;
};

export type VariableFact = OwnVariable & { readonly file: string; readonly line: number };

/** All that adopting needs to know. */
export type Detection = Omit<Shape, "dependencies" | "recognised" | "toolchain"> & {
  readonly toolchain: readonly ToolFact[];
  readonly services: readonly ServiceFact[];
  readonly variables: readonly VariableFact[];
  /** The CI that is there. */
  readonly ci: Fact | null;
};

export type ServiceFact = Fact & {
  /** The variable that the code reads to find it; null where it reads another one, or none. */
  readonly variable: string | null;
};

export const fact = (
  value: string,
  file: string | null,
  line: number | null = null,
  sure = true,
  note?: string,
): Fact => ({ value, file, line, sure, ...(note === undefined ? {} : { note }) });

export const guess = (value: string, file: string | null, line: number | null, note: string): Fact =>
  fact(value, file, line, false, note);

/** The line of what matches first, from 1; null where nothing does. */
export function lineIn(text: string, pattern: RegExp): number | null {
  const at = text.search(pattern);
  return at < 0 ? null : text.slice(0, at).split("\n").length;
}

/** The processes with a type of their own; what else runs for long is a worker. */
export const typeOf = (name: string): string =>
  name === "web" ? "web" : /clock|sched|cron|beat|timer/.test(name) ? "clock" : "worker";
