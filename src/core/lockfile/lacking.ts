import { TemplateError } from "../template-error.ts";

/** What a pack may cause: its manifest asks for what the whole lockfile doesn't have. */
export function lacking(lockfile: string, name: string): TemplateError {
  return new TemplateError(
    lockfile,
    `it has no "${name}", which is asked for`,
    `Bring a ${lockfile} that has it, beside the stack's template.yaml.`,
  );
}
