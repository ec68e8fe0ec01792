import type { Context, Json, Program, TemplateFile } from "./types.ts";

/** The item that a file is of, `task` for `src/tasks/{{task.name}}.ts`; null for a file that is emitted once. */
export function itemOf(path: TemplateFile["path"]): string | null {
  if (typeof path === "string") return null;
  const heads = (path as Program).map((node) => (typeof node === "string" ? null : (node[1] as Json[])[0]));
  const head = heads.find((name) => typeof name === "string" && name !== "project" && name !== "facts");
  return (head as string | undefined) ?? null;
}

/** The contexts to render a file in: one for each own task, or each process of the type, that its path names. */
export function contextsFor(path: TemplateFile["path"], context: Context): readonly Context[] {
  const item = itemOf(path);
  if (item === null) return [context];
  const project = context.project as { ownTasks: readonly Json[]; processes: readonly { type: string }[] };
  const items = item === "task" ? project.ownTasks : project.processes.filter(({ type }) => type === item);
  return items.map((value) => ({ ...context, [item]: value as Json }));
}
