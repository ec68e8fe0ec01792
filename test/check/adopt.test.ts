import { describe, expect, it } from "vitest";
import { add } from "../../generators/add.ts";
import { adopt, withPieces } from "../../generators/adopt.ts";
import { change } from "../../generators/change.ts";
import { remove } from "../../generators/remove.ts";
import { readSubject } from "../../generators/subject.ts";
import { inspector, wouldBe } from "../../src/check/detect/would-be.ts";
import { repoOf } from "../../src/check/repo.ts";
import type { Finding } from "../../src/check/types.ts";
import { receiptPath } from "../../src/core/receipt.ts";
import { renderReceipt } from "../../src/core/render-receipt.ts";
import type { Answers, Change, Receipt, Tree } from "../../src/core/types.ts";
import {
  isTakenByDefault,
  type Offers,
  offeredCi,
  offersFor,
  piecesIn,
} from "../../src/io/cli/repo/adopt-offers.ts";
import { catalogue, contentOf, filesOf, foreignRepos, found } from "./foreign-repos.ts";

type Files = { readonly [path: string]: string };

const nested = (name: string) => name === "workspace-package";
const treeOf = (files: Files): Tree =>
  new Map(Object.entries(files).map(([path, text]) => [path, contentOf(text)]));
const reading = (files: Files) => (paths: readonly string[]) =>
  new Map([...treeOf(files)].filter(([path]) => paths.includes(path)));

async function offered(name: string, files: Files, before: Receipt | null = null): Promise<Offers> {
  const { repo, detection, answers, composed } = await found(files, name);
  return offersFor({
    composed,
    catalogue,
    read: reading(files),
    repo,
    before,
    answers: before?.answers ?? answers,
    nested: nested(name),
    ci: offeredCi(catalogue, undefined),
    imageless: detection?.imageless ?? null,
  });
}

type Done = {
  readonly files: Files;
  readonly receipt: Receipt;
  readonly changes: readonly Change[];
  readonly left: readonly string[];
};

/** What a repo becomes with some of what is offered. */
async function taking(
  name: string,
  files: Files,
  choose: (offers: Offers) => Offers["offers"],
  before: Receipt | null = null,
): Promise<Done> {
  const offers = await offered(name, files, before);
  const { answers } = await found(files, name);
  const { changes, receipt, left } = await adopt({
    catalogue,
    before,
    answers: withPieces(
      before?.answers ?? answers,
      [...piecesIn(choose(offers)), ...offers.present],
      offeredCi(catalogue, undefined),
    ),
    nested: nested(name),
    read: reading(files),
  });
  const after = { ...files };
  for (const change of changes) {
    if (change.kind === "delete") delete after[change.path];
    else after[change.path] = String(change.after.content);
  }
  return { files: after, receipt, changes, left };
}

const all = ({ offers }: Offers) => offers;
const byDefault = ({ offers }: Offers) => offers.filter(isTakenByDefault);

const count = (findings: readonly Finding[], severity: Finding["severity"]) =>
  findings.filter((finding) => finding.severity === severity).length;
const numbers = (findings: readonly Finding[]) =>
  (["violation", "risk", "advice"] as const).map((severity) => count(findings, severity)).join(" / ");
/** What the files that adopt writes can't end: it is in the code, or in files of the person's. */
const slugs = (findings: readonly Finding[]) =>
  [
    ...new Set(findings.filter(({ severity }) => severity === "violation").map(({ slug }) => `\`${slug}\``)),
  ].join(", ") || "none";

describe("adopt", () => {
  it.each(foreignRepos)("loses and reformats nothing in %s, whatever is taken", async (name) => {
    const files = filesOf(name);
    for (const choose of [all, byDefault]) {
      const after = (await taking(name, files, choose)).files;
      for (const [path, text] of Object.entries(files)) {
        const lines = (after[path] ?? "").split("\n");
        let at = 0;
        for (const line of text.split("\n")) {
          const place = lines.indexOf(line, at);
          expect(place, `${path}: ${line}`).toBeGreaterThanOrEqual(0);
          at = place + 1;
        }
      }
    }
  });

  it.each(foreignRepos)("writes no code into %s, and changes only data", async (name) => {
    const { changes } = await taking(name, filesOf(name), all);
    const data =
      /^(\.env\.schema|\.tool-versions|\.dockerignore|\.gitignore|\.twelve-factor\.json|Dockerfile|Procfile(\.dev)?|compose\.yaml|\.github\/(dependabot|workflows\/ci)\.yml|\.devcontainer\/\S+\.(json|yaml)|bin\/(setup|migrate))$/;
    expect(changes.map(({ path }) => path).filter((path) => !data.test(path))).toEqual([]);
    const modified = changes.filter(({ kind }) => kind !== "add").map(({ path }) => path);
    expect([".gitignore", "Procfile"]).toEqual(expect.arrayContaining(modified));
  });

  it.each(foreignRepos)("run again on %s does nothing", async (name) => {
    for (const choose of [all, byDefault]) {
      const once = await taking(name, filesOf(name), choose);
      const twice = await taking(name, once.files, choose, once.receipt);
      expect(twice.changes).toEqual([]);
    }
  });

  it.each(foreignRepos)(
    "takes by itself only what adds files to %s and ends a finding, and brings no violation",
    async (name) => {
      const files = filesOf(name);
      const inspect = inspector();
      const once = await taking(name, files, byDefault);
      expect(once.changes.filter(({ kind }) => kind !== "add")).toEqual([]);
      const [before, after] = [await inspect(repoOf(files)), await inspect(repoOf(once.files))];
      expect(count(after, "violation")).toBeLessThanOrEqual(count(before, "violation"));
      if (once.changes.length > 1) expect(after.length).toBeLessThan(before.length);
    },
  );

  it("says of each offer which findings it ends, as the check of the repo with it does", async () => {
    const files = filesOf("express");
    const { offers, findings } = await offered("express", files);
    const schema = offers.find(({ id }) => id === "schema");
    expect(schema?.ends.map(({ slug }) => slug)).toContain("config/schema");
    const after = await inspector()(wouldBe(repoOf(files), schema?.changes ?? []));
    expect(after.map(({ slug }) => slug)).not.toContain("config/schema");
    expect(findings.length - after.length).toBe(schema?.ends.length);
  });

  it("has its table of findings before and after in the docs", async () => {
    const rows: string[] = [];
    for (const name of foreignRepos) {
      const files = filesOf(name);
      const inspect = inspector();
      const [before, yes, every] = [
        await inspect(repoOf(files)),
        await inspect(repoOf((await taking(name, files, byDefault)).files)),
        await inspect(repoOf((await taking(name, files, all)).files)),
      ];
      rows.push(`| ${name} | ${numbers(before)} | ${numbers(yes)} | ${numbers(every)} | ${slugs(every)} |`);
    }
    const page = `# Adopted repos, before and after

What \`check\` finds in the small repos of \`test/fixtures/foreign\`, by reading: violations / risks / advice. This page is written
by \`npx vitest run -u test/check/adopt.test.ts\`. What is left is in the code or in files that were there, so that
[adopt](adopt.md) prints it.

| repo | before | \`--yes\` | \`--only all\` | violations left |
| --- | --- | --- | --- | --- |
${rows.join("\n")}
`;
    await expect(page).toMatchFileSnapshot("../../docs/adopted-repos.md");
  });

  it("puts no script in the place of a program that the build makes", async () => {
    const { withheld } = await offered("go", filesOf("go"));
    expect(withheld).toContainEqual({ id: "migrate", reason: "bin/migrate is what the build makes" });
  });

  it("adds to a Procfile what it lacks, and keeps what it says of a process otherwise", async () => {
    const { files, receipt } = await taking("flask", filesOf("flask"), all);
    expect(files.Procfile).toBe(
      "release: flask --app app db upgrade\nweb: gunicorn app:app --bind 0.0.0.0:$PORT --workers 2\n",
    );
    expect(receipt.kept).toContain("Procfile#web");
  });

  it("leaves an image that is there, says so, and records it", async () => {
    const files = filesOf("nest");
    const { changes, receipt, left } = await taking("nest", files, all);
    expect(changes.map(({ path }) => path)).not.toContain("Dockerfile");
    expect(left).toEqual(["Dockerfile"]);
    expect(receipt.kept).toContain("Dockerfile#");
    expect(receipt.answers.facts?.pieces).toContain("image");
  });

  it("offers no file that would show a secret of the person's", async () => {
    const files = {
      ...filesOf("flask"),
      Procfile: "web: gunicorn app:app\nworker: work --token sk_live_0123456789abcdef\n",
    };
    const { offers, withheld } = await offered("flask", files);
    expect(offers.map(({ id }) => id)).not.toContain("procfile");
    expect(withheld).toContainEqual({ id: "procfile", reason: "Procfile holds what looks like a secret" });
    expect(JSON.stringify((await found(files)).answers)).not.toContain("sk_live");
  });

  describe("data that is there", () => {
    const files: Files = {
      ...filesOf("express"),
      Dockerfile: 'FROM node:22\nCMD ["node", "server.js"]\n',
      ".dockerignore": "node_modules\n!keep\n",
      ".tool-versions": "nodejs 22.1.0\n",
      "compose.yaml": "# Ours\nservices:\n  mails:\n    image: mailhog/mailhog # to read them\n",
      ".github/dependabot.yml":
        "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    schedule:\n      interval: daily # fresh\n",
    };
    const merged = [".dockerignore", ".github/dependabot.yml", "compose.yaml"];

    it("gets what it lacks, and keeps its lines", async () => {
      const once = await taking("express", files, all);
      expect(once.changes.flatMap(({ kind, path }) => (kind === "modify" ? [path] : []))).toEqual(
        expect.arrayContaining(merged),
      );
      for (const path of merged) {
        const lines = String(once.files[path]).split("\n");
        for (const line of String(files[path]).split("\n")) expect(lines).toContain(line);
      }
      expect(once.files["compose.yaml"]).toMatch(/^ {2}postgres:$/m);
      expect(once.files["compose.yaml"]).not.toMatch(/^name:/m);
      expect(once.files[".github/dependabot.yml"]).toContain("package-ecosystem: docker");
      expect((await taking("express", once.files, all, once.receipt)).changes).toEqual([]);
    });

    it("is left where it has such a service by another name, or is not the only file of its kind", async () => {
      const reason = async (path: string) => {
        const more = { ...files, [path]: "services:\n  db:\n    image: postgres:16\n" };
        return (await offered("express", more)).withheld.find(({ id }) => id === "compose")?.reason;
      };
      expect(await reason("compose.yaml")).toBe("compose.yaml is there");
      expect(await reason("docker-compose.yml")).toMatch(/ is there$/);
    });

    it("is changed by nothing that nobody asked for", async () => {
      const once = await taking("express", files, byDefault);
      for (const path of merged) expect(once.files[path]).toBe(files[path]);
    });
  });

  describe("then", () => {
    const rendered = (receipt: Receipt) => renderReceipt(catalogue, receipt);
    const changing = async (
      { files, receipt }: Pick<Done, "files" | "receipt">,
      decided: { readonly answers: Answers },
    ) => {
      const to = { release: receipt.release, packs: [], answers: decided.answers };
      const theirs = rendered({ ...to, kept: [] });
      const changed = await change({
        from: receipt,
        to,
        base: rendered(receipt),
        ours: treeOf(files),
        theirs,
      });
      const after = { ...files };
      for (const each of changed.changes) {
        if (each.kind === "delete") delete after[each.path];
        else after[each.path] = String(each.after.content);
      }
      return { ...changed, files: after };
    };
    const deciding = (verb: typeof add, { answers }: Receipt, words: string, more = {}) =>
      verb(catalogue, answers, { subject: readSubject(catalogue, answers, words.split(" ")), ...more });

    it.each(foreignRepos)(
      "add changes the data files of %s, and remove gives back the same bytes",
      async (name) => {
        for (const choose of [all, byDefault]) {
          const once = await taking(name, filesOf(name), choose);
          const service = once.receipt.answers.services.includes("nats") ? "redis" : "nats";
          const decided = deciding(add, once.receipt, service);
          expect(decided.notes.join()).toContain(`connect to ${service}`);
          const added = await changing(once, decided);
          expect(added.conflicts).toEqual([]);
          const pieces = once.receipt.answers.facts?.pieces ?? [];
          const changed = added.changes.map(({ path }) => path);
          if (pieces.includes("compose")) expect(added.files["compose.yaml"]).toContain(`  ${service}:`);
          if (pieces.includes("schema")) expect(changed).toContain(".env.schema");
          expect(changed).not.toContain("Dockerfile");
          const removed = await changing(added, deciding(remove, added.receipt, service));
          expect(removed.files).toEqual(once.files);
        }
      },
    );

    it("add env and a process with its command reach what lists them", async () => {
      const once = await taking("express", filesOf("express"), all);
      const variable = await changing(once, deciding(add, once.receipt, "env MAIL_FROM"));
      expect(variable.files[".env.schema"]).toContain("MAIL_FROM=");
      const process = await changing(
        once,
        deciding(add, once.receipt, "worker mailer", { command: "node mailer.js" }),
      );
      expect(process.files.Procfile).toContain("mailer: node mailer.js");
      const removed = await changing(process, deciding(remove, process.receipt, "worker mailer"));
      expect(removed.files).toEqual(once.files);
    });

    it.each([
      ["worker mailer", "How mailer is started is for you to say"],
      ["task clean-up", "The code of this repo is its own"],
    ])("add %s is refused with what to do", async (words, message) => {
      const { receipt } = await taking("express", filesOf("express"), all);
      expect(() => deciding(add, receipt, words)).toThrow(message);
    });
  });

  it("names the receipt last of all changes", async () => {
    const { changes } = await taking("flask", filesOf("flask"), all);
    expect(changes.at(-1)?.path).toBe(receiptPath);
  });
});
