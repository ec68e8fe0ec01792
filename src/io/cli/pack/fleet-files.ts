import { findTemplate } from "../../../core/catalogue.ts";
import type { Catalogue } from "../../../core/types.ts";
import { version } from "../../../core/version.ts";

/** By path, what rolls packs out over many repos: for Renovate, and as a workflow of its own. */
export function fleetFiles(built: Catalogue): { readonly [path: string]: string } {
  const tool = `create-twelve-factor@${version}`;
  const facts = findTemplate(built, "stack", "node-fastify")?.definition.facts ?? {};
  const { checkout = "", setup = "" } = (facts.actions ?? {}) as { readonly [name: string]: string };
  return {
    "fleet/renovate.json": `${JSON.stringify(renovatePreset(tool), null, 2)}\n`,
    "fleet/repos.txt": "",
    "fleet/roll-out.sh": rollOut(tool),
    ".github/workflows/roll-out.yml": workflow({ checkout, setup }),
  };
}

/** Renovate reads a source that names one version, and puts the next one in its place; an update does the rest. */
export function renovatePreset(tool: string) {
  const managerFilePatterns = ["/(^|/)\\.twelve-factor\\.json$/"];
  return {
    $schema: "https://docs.renovatebot.com/renovate-schema.json",
    description: "Versions of packs in the receipts of create-twelve-factor",
    customManagers: [
      {
        customType: "regex",
        description: "Packs from a registry of npm: npm:@acme/standards@1.2.0",
        managerFilePatterns,
        matchStrings: ['"source": "npm:(?<depName>(?:@[^/"]+/)?[^@/"]+)@(?<currentValue>\\d[^"]*)"'],
        datasourceTemplate: "npm",
      },
      {
        customType: "regex",
        description: "Packs from a tag in git: git+https://host/acme.git#v1.2.0:folder",
        managerFilePatterns,
        matchStrings: [
          '"name": "(?<depName>[^"]+)", "source": "git\\+(?<packageName>[^"#]+)#(?<currentValue>v?\\d[^":]*)',
        ],
        datasourceTemplate: "git-tags",
      },
    ],
    packageRules: [
      {
        matchFileNames: ["**/.twelve-factor.json"],
        groupName: "twelve-factor packs",
        postUpgradeTasks: {
          commands: [`npx --yes ${tool} update --yes --no-install`],
          fileFilters: ["**/*"],
          executionMode: "branch",
        },
      },
    ],
  };
}

/** In a checkout of one repo; REPO, REJECT, CONSENT, ROLL_OUT and GH_TOKEN are in its environment. */
function rollOut(tool: string): string {
  return `#!/bin/bash
# Opens, or renews, the one pull request that brings the checked-out repo to its packs as they are now.
set -euo pipefail
tool=\${TOOL:-npx --yes ${tool}}
branch=twelve-factor/update
out=$(mktemp -d)
fence='\`\`\`'
consent=()
for integrity in \${CONSENT:-}; do consent+=(--consent "$integrity"); done

code=0
draft=()
if [ -n "\${REJECT:-}" ]; then
  title="Stay with the packs that this repo has"
  $tool update --reject "$REJECT" --yes >"$out/update.txt"
else
  title="Update what packs and templates emit"
  $tool update --check >"$out/update.txt" || code=$?
  if [ "$code" = 0 ]; then
    echo "Nothing is new for $REPO."
    exit 0
  fi
  if [ "$code" != 1 ]; then exit "$code"; fi
  code=0
  $tool update --yes --no-install "\${consent[@]}" >"$out/update.txt" 2>&1 || code=$?
  if [ "$code" -gt 1 ]; then
    cat "$out/update.txt"
    exit "$code"
  fi
  # Conflicts are for a person, who finds them marked.
  if [ "$code" = 1 ]; then draft=(--draft); fi
fi
checked=passed
$tool check >"$out/check.txt" 2>&1 || checked="found something"

{
  printf '%s\\n' "$fence" "$(cat "$out/update.txt")" "$fence" ""
  printf '%s\\n' "<details><summary>create-twelve-factor check: $checked</summary>" "" "$fence" "$(cat "$out/check.txt")" "$fence" "" "</details>" ""
  printf 'Merge it to accept. To reject it, with a reason that the receipt remembers until the next version:\\n\\n'
  printf '    gh workflow run roll-out.yml --repo %s --field repo=%s --field reject="Why"\\n' "\${ROLL_OUT:-OWNER/NAME}" "$REPO"
} >"$out/body.md"

git switch --quiet --force-create "$branch"
git add --all
git -c user.name=create-twelve-factor -c user.email=create-twelve-factor@users.noreply.github.com commit --quiet --message "$title"
gh auth setup-git
git push --quiet --force origin "HEAD:refs/heads/$branch"
gh pr create --repo "$REPO" --head "$branch" --title "$title" --body-file "$out/body.md" "\${draft[@]}" ||
  gh pr edit "$branch" --repo "$REPO" --title "$title" --body-file "$out/body.md"
`;
}

function workflow({ checkout, setup }: { readonly checkout: string; readonly setup: string }): string {
  return `# One pull request in each repo of fleet/repos.txt that its packs have something new for, with what check says of it.
name: roll-out
on:
  schedule:
    - cron: "23 5 * * 1-5"
  workflow_dispatch:
    inputs:
      repo:
        description: One repo, as owner/name; all of fleet/repos.txt where it's empty
        type: string
        default: ""
      reject:
        description: Why this repo doesn't take what is new; its receipt remembers it
        type: string
        default: ""

permissions: {}

concurrency:
  group: roll-out
  cancel-in-progress: false

jobs:
  list:
    name: List
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read # to check out
    outputs:
      repos: \${{ steps.list.outputs.repos }}
    steps:
      - uses: ${checkout}
        with:
          persist-credentials: false
      - id: list
        name: List the repos
        env:
          REPO: \${{ inputs.repo }}
          REJECT: \${{ inputs.reject }}
        run: |
          if [ -n "$REJECT" ] && [ -z "$REPO" ]; then echo "Name the repo that rejects."; exit 1; fi
          if [ -n "$REPO" ]; then printf '%s\\n' "$REPO"; else cat fleet/repos.txt; fi |
            jq --raw-input --slurp --compact-output 'split("\\n") | map(select(test("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$")))' |
            sed 's/^/repos=/' >>"$GITHUB_OUTPUT"

  roll-out:
    name: Roll out
    needs: list
    if: needs.list.outputs.repos != '[]'
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    permissions:
      contents: read # to check this one out
    environment: fleet # which holds FLEET_TOKEN: contents and pull requests of the repos, to write
    strategy:
      fail-fast: false
      max-parallel: 4
      matrix:
        repo: \${{ fromJSON(needs.list.outputs.repos) }}
    steps:
      - uses: ${checkout}
        with:
          path: packs
          persist-credentials: false
      - uses: ${checkout}
        with:
          repository: \${{ matrix.repo }}
          token: \${{ secrets.FLEET_TOKEN }}
          path: repo
          persist-credentials: false
      - uses: ${setup}
        with:
          node-version: 24
          package-manager-cache: false
      - name: Open the pull request
        working-directory: repo
        env:
          REPO: \${{ matrix.repo }}
          REJECT: \${{ inputs.reject }}
          CONSENT: \${{ vars.FLEET_CONSENT }}
          ROLL_OUT: \${{ github.repository }}
          GH_TOKEN: \${{ secrets.FLEET_TOKEN }}
        run: bash ../packs/fleet/roll-out.sh
`;
}
