const name = "create-twelve-factor";

/**
 * The arguments with which npm runs another release of this program, from its cache or the person's registry. `known`: it
 * need not ask the registry what there is now.
 */
export function releaseArguments(release: string, args: readonly string[], known = true): readonly string[] {
  return [
    "exec",
    "--yes",
    ...(known ? ["--prefer-offline"] : []),
    "--fetch-retries=0",
    `--package=${name}@${release}`,
    "--",
    name,
    ...args,
  ];
}

/** Runs another release from `root` to its end, and gives what it printed; one that fails doesn't throw. */
export async function runRelease(root: string, release: string, args: readonly string[], known = true) {
  const { execa } = await import("execa");
  return execa("npm", releaseArguments(release, args, known), {
    cwd: root,
    reject: false,
    stdin: "ignore",
    env: withoutExecContext(),
    extendEnv: false,
    timeout: 120_000,
  });
}

/** What an npm that runs us sets for us alone would change what the one that we run does. */
export function withoutExecContext(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(
    entries.filter(
      ([name]) =>
        !/^(npm_(package|lifecycle|command|execpath|config_(package|call|yes))|INIT_CWD$)/.test(name),
    ),
  );
}
