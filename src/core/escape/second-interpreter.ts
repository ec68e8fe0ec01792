import type { Target } from "./format-of.ts";
import { refuse } from "./refuse.ts";

/**
 * Escapes what another program expands after the file's parser gave it the text: GitHub, Compose and
 * Kubernetes. Where such a program knows no escape, its syntax is refused.
 */
export function protect(text: string, target: Target): string {
  if (!text.includes("$") && !text.includes("<<")) return text;
  if (target.format === "yaml") {
    if (isWorkflow(target.path)) return text.replaceAll(/(\$\{\{)/g, "$1 '$1' }}");
    if (COMPOSE.test(target.path)) return text.replaceAll("$", "$$$$");
    if (KUBERNETES.test(target.path)) return /\$[$(]/.test(text) ? text.replaceAll("$", "$$$$") : text;
    if (GITLAB.test(target.path) && text.includes("$")) refuse(target, text, "GitLab expands a `$`");
    if (CIRCLE.test(target.path) && text.includes("<<")) refuse(target, text, "CircleCI expands a `<<`");
  }
  if (target.format === "json" && EDITOR.test(target.path) && text.includes("${")) {
    refuse(target, text, "the editor expands a `${`");
  }
  return text;
}

/** A workflow or composite action of GitHub, Forgejo or Gitea. */
export function isWorkflow(path: string): boolean {
  return WORKFLOW.test(path);
}

const WORKFLOW =
  /(^|\/)\.(github|forgejo|gitea)\/(workflows\/[^/]+|actions\/.*)\.ya?ml$|(^|\/)action\.ya?ml$/;
const COMPOSE = /(^|\/)(docker-)?compose[^/]*\.ya?ml$/;
const KUBERNETES = /(^|\/)(k8s|kubernetes|kustomize|manifests)\//;
const GITLAB = /(^|\/)\.gitlab-ci[^/]*\.ya?ml$|(^|\/)\.gitlab\//;
const CIRCLE = /(^|\/)\.circleci\//;
const EDITOR = /(^|\/)(\.devcontainer|\.vscode)\/|(^|\/)\.devcontainer\.json$/;
