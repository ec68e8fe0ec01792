import type { Change } from "../../core/types.ts";
import { type InspectOptions, inspect } from "../inspect.ts";
import type { Repo } from "../repo.ts";
import type { KeptFacts } from "../survey/kept-facts.ts";
import type { Finding } from "../types.ts";

/** A repo as it would be after changes that a commit has. */
export function wouldBe(repo: Repo, changes: readonly Change[]): Repo {
  const texts = new Map(
    changes.map((change) => {
      const content = change.kind === "delete" ? null : change.after.content;
      return [change.path, typeof content === "string" ? content : null] as const;
    }),
  );
  const added = changes.flatMap(({ kind, path }) => (kind === "delete" ? [] : [path]));
  const paths = [
    ...new Set([...repo.paths.filter((path) => texts.get(path) !== null || !texts.has(path)), ...added]),
  ];
  return {
    ...repo,
    paths: paths.sort(),
    tracked: repo.tracked && new Set([...repo.tracked, ...added]),
    read: (path) => (texts.has(path) ? (texts.get(path) ?? null) : repo.read(path)),
  };
}

/** What the static check finds; what it read of files is kept from one time to the next. */
export function inspector(options: InspectOptions = {}): (repo: Repo) => Promise<readonly Finding[]> {
  const known = new Map<string, { readonly text: string; readonly facts: unknown }>();
  const kept: KeptFacts = {
    find: (path, text) => {
      const found = known.get(path);
      return found?.text === text ? found.facts : undefined;
    },
    keep: (path, text, facts) => {
      known.set(path, { text, facts });
    },
  };
  return async (repo) => (await inspect(repo, { ...options, kept })).findings;
}

/** The findings that are among the first and not among the second. */
export function without(findings: readonly Finding[], others: readonly Finding[]): readonly Finding[] {
  const key = ({ slug, file, message }: Finding) => JSON.stringify([slug, file, message]);
  const counts = new Map<string, number>();
  for (const other of others) counts.set(key(other), (counts.get(key(other)) ?? 0) + 1);
  return findings.filter((finding) => {
    const count = counts.get(key(finding)) ?? 0;
    counts.set(key(finding), count - 1);
    return count <= 0;
  });
}
