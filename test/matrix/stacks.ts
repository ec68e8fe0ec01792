/** What differs between the stacks in how a repo is made ready for production, and how it says that it ran tests. */
export type StackTraits = {
  /** The command that leaves nothing but what runs in production, by package manager. */
  readonly prune: { readonly [packageManager: string]: string };
  /** What the build made, for `check` to take as it is. */
  readonly built: readonly string[];
  /** A package that is for development alone. */
  readonly tool: string;
  /** How the test runner says that it ran some. */
  readonly ranTests: RegExp;
};

export const stacks: { readonly [id: string]: StackTraits } = {
  "node-fastify": {
    prune: { npm: "npm prune --omit=dev", pnpm: "pnpm prune --prod" },
    built: ["node_modules", "dist"],
    tool: "node_modules/typescript",
    ranTests: /^\W*tests [1-9]/m,
  },
  "python-fastapi": {
    prune: { uv: "uv sync --locked --no-dev --compile-bytecode" },
    built: [".venv"],
    tool: ".venv/bin/mypy",
    ranTests: /\b[1-9]\d* passed\b/,
  },
};

export function traitsOf(stack: string): StackTraits {
  const traits = stacks[stack];
  if (traits === undefined) throw new Error(`test/matrix/stacks.ts doesn't know ${stack}.`);
  return traits;
}
