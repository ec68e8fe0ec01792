/** A good app, and copies of it with one fault each. */
export type Table = {
  readonly language: string;
  /** Its directory in test/check/fixtures. */
  readonly good: string;
  /** Builds it, where that is not what would be inferred. */
  readonly build?: string;
  readonly mutants: readonly Mutant[];
};

export type Mutant = {
  /** The check that it is there for. */
  readonly slug: string;
  /** What the copy does, as a sentence whose subject is the app. */
  readonly fault: string;
  readonly edits: readonly Edit[];
  /** All that is found, its own included; faults correlate. */
  readonly found: readonly string[];
  /** Committed, so that what git ignores is missing. */
  readonly committed?: boolean;
  /** The fault shows only where the app can be run as another user. */
  readonly asRoot?: boolean;
};

/** Replaces a text that must be there, or writes a whole file. */
export type Edit =
  | { readonly file: string; readonly find: string; readonly put: string }
  | { readonly file: string; readonly write: string };

export const edit = (file: string, find: string, put: string): Edit => ({ file, find, put });

export const write = (file: string, text: string): Edit => ({ file, write: text });
