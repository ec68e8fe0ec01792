/** Lists whose order and repetition mean nothing, by the key that holds them. */
const SETS = new Set(
  (
    "files keywords ports needs include includes exclude excludes types lib tags branches branches-ignore " +
    "volumes tmpfs networks profiles depends_on cap_add cap_drop security_opt expose " +
    "extensions workspaces packages scopes classifiers onlyBuiltDependencies trustedDependencies " +
    "ignoredBuiltDependencies os cpu recommendations assignees reviewers required"
  ).split(" "),
);

const REQUIREMENTS = /^(dependencies|requires|.*-dependencies|dependency-groups)$/;

export function isSet(path: readonly (string | number)[]): boolean {
  return SETS.has(lastName(path));
}

/** A list of `NAME=value` strings, or of such names alone where the key says so. */
export function isEnvironment(path: readonly (string | number)[], values: readonly string[]): boolean {
  const syntax = /^(environment|env)$/.test(lastName(path)) ? /^[A-Za-z_][\w.-]*(=|$)/ : /^[A-Za-z_][\w.-]*=/;
  return (
    /^(environment|env|args|labels)$/.test(lastName(path)) && values.every((value) => syntax.test(value))
  );
}

/** A list of Python requirements (PEP 508), as in pyproject.toml. */
export function isRequirements(path: readonly (string | number)[], values: readonly string[]): boolean {
  const names = path.slice(-2).map(String);
  return (
    names.some((name) => REQUIREMENTS.test(name)) && values.every((value) => requirementName(value) !== "")
  );
}

export function requirementName(requirement: string): string {
  const name = /^[A-Za-z0-9][A-Za-z0-9._-]*/.exec(requirement)?.[0] ?? "";
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

function lastName(path: readonly (string | number)[]): string {
  return String(path.findLast((part) => typeof part === "string") ?? "");
}
