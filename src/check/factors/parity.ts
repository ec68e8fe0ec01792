import { at, listAt, mapAt, textAt } from "../parsers/data.ts";
import { textOf } from "../parsers/source/outline.ts";
import { advice, notTried, risk, staticCheck, violation } from "../static-check.ts";
import { isCompose } from "../survey/commands.ts";
import type { ImageUse } from "../survey/images.ts";
import { nameOf } from "../survey/places.ts";
import { isCi, type Survey } from "../survey/survey.ts";
import { lineOf } from "./evidence.ts";

/** A backing service with the version that a file names. */
type Version = {
  readonly service: string;
  readonly version: string;
  readonly file: string;
  readonly line: number;
  readonly shown: string;
};

export const parity = [
  staticCheck("dev-prod-parity/service-versions", {
    title: "A service has one version everywhere",
    asks: "Do development, CI and the deploy name the same version of each backing service?",
    why: "“All deploys of the app (developer environments, staging, production) should be using the same type and version of each of the backing services.”",
    fix: "Name the version of production in all of them.",
    fooledBy: "A matrix of versions in CI.",
    judge: (survey) => {
      const versions = serviceVersions(survey);
      if (versions.length < 2) return notTried("fewer than two files name a version of a backing service");
      const first = new Map<string, Version>();
      return versions.flatMap((version) => {
        const one = first.get(version.service);
        if (!one) {
          first.set(version.service, version);
          return [];
        }
        return sameVersion(one.version, version.version)
          ? []
          : [
              risk(
                `${version.service} is ${one.version} in ${one.file} and ${version.version} here.`,
                version,
                version.shown,
              ),
            ];
      });
    },
  }),
  staticCheck("dev-prod-parity/service-pins", {
    title: "Services have a version",
    asks: "Is no backing service of development or CI named without a version, or by `latest`?",
    why: "“The same type and version of each of the backing services”: `latest` is another version each month.",
    fix: "Name the version that production has.",
    fooledBy: "Nothing that is known.",
    judge: ({ images }) => {
      const services = images.filter(({ service, use }) => service !== null && use !== "base");
      if (services.length === 0) return notTried("no file names the image of a backing service");
      return services.flatMap(({ image, tag, digest, file, line }) =>
        digest === null && (tag === null || tag === "latest" || tag === "alpine") && !image.includes("$")
          ? [risk("A backing service has no version.", { file, line }, `image: ${image}`)]
          : [],
      );
    },
  }),
  staticCheck("dev-prod-parity/same-services", {
    title: "Tests use the services of production",
    asks: "Does no test or setting for development put another database in the place of the deploy’s?",
    why: "“The twelve-factor developer resists the urge to use different backing services between development and production, even when adapters theoretically abstract away any differences in backing services.”",
    fix: "Run the same server in tests and development, as a container or from the system’s packages.",
    fooledBy: "Tests of the other database’s own support.",
    judge: (survey) => {
      const real = productionDatabase(survey);
      if (real === null) return notTried("no server of a database is declared");
      const inTests = survey.sources.parsed
        .filter(({ part }) => part === "test")
        .flatMap(({ path, outline }) => [
          ...outline.texts.flatMap(({ text, line }) =>
            /^sqlite(3)?(\+\w+)?:\/\/|^django\.db\.backends\.sqlite3$/.test(text) ? [{ path, line }] : [],
          ),
          ...outline.calls.flatMap(({ target, line }) =>
            /^(better-sqlite3|sqlite3\.(Database|connect))$/.test(target) ? [{ path, line }] : [],
          ),
        ])
        .slice(0, 3)
        .map(({ path, line }) =>
          violation(
            `Tests run on SQLite, and the app on ${real}.`,
            { file: path, line },
            lineOf(survey, path, line),
          ),
        );
      const inCode = survey.sources.parsed
        .filter(({ part }) => part === "app")
        .flatMap(({ path, outline }) =>
          outline.reads.flatMap(({ name, fallback, line }) =>
            /^sqlite/.test(textOf(fallback) ?? "")
              ? [
                  risk(
                    `Without ${name} it runs on SQLite, and with it on ${real}.`,
                    { file: path, line },
                    lineOf(survey, path, line),
                  ),
                ]
              : [],
          ),
        );
      return [...inTests, ...inCode];
    },
  }),
  staticCheck("dev-prod-parity/postgres-volume", {
    title: "The database keeps what it is given",
    asks: "Is the volume of a PostgreSQL of version 18 or later mounted where it keeps its data?",
    why: "Beyond the text. From version 18 on the image keeps its data below /var/lib/postgresql/18; with the old mount development loses it, or does not start.",
    fix: "Mount the volume at /var/lib/postgresql.",
    fooledBy: "Images that set PGDATA.",
    judge: (survey) => {
      const composes = [...survey.data].filter(([file]) => isCompose(file));
      if (composes.length === 0) return notTried("there is no compose file");
      return composes.flatMap(([file, documents]) =>
        documents.flatMap(({ value, lineOf: line }) =>
          Object.entries(mapAt(value, "services")).flatMap(([name, service]) => {
            const major = Number(/(?:^|\/)postgres:(\d+)/.exec(textAt(service, "image") ?? "")?.[1] ?? 0);
            if (major < 18 || JSON.stringify(at(service, "environment") ?? "").includes("PGDATA")) return [];
            return listAt(service, "volumes").flatMap((volume, index) => {
              const target =
                typeof volume === "string" ? (volume.split(":")[1] ?? "") : (textAt(volume, "target") ?? "");
              return /^\/var\/lib\/postgresql\/data\/?$/.test(target)
                ? [
                    risk(
                      `PostgreSQL ${major} does not keep its data there.`,
                      { file, line: line(["services", name, "volumes", index]) },
                      target,
                    ),
                  ]
                : [];
            });
          }),
        ),
      );
    },
  }),
  staticCheck("dev-prod-parity/release-in-development", {
    title: "The development runner does not trip over the release",
    asks: "Where foreman or its like run the Procfile in development, is its `release` left out?",
    why: "Beyond the text. foreman, honcho and node-foreman start `release` like a process, and end all others when it ends.",
    fix: "Give them a Procfile.dev without it: foreman start -f Procfile.dev.",
    fooledBy: "Other ways to name the file.",
    judge: (survey) => {
      const release = survey.procfiles.find(({ entries }) => entries.some(({ name }) => name === "release"));
      if (!release) return notTried("no Procfile has a release");
      return developmentCommands(survey).flatMap(({ file, line, text }) =>
        /\b(foreman|honcho|nf)\s+(start|run)\b/.test(text) &&
        !/\s(-f|-j|--procfile|--procfile=\S+)\s?/.test(text) &&
        !/start\s+\w/.test(text)
          ? [risk("Development ends as soon as the release has.", { file, line }, text)]
          : [],
      );
    },
  }),
  staticCheck("dev-prod-parity/published-ports", {
    title: "Development services are for this machine",
    asks: "Does the compose file publish the ports of services on localhost only?",
    why: "Beyond the text. A database with a known password that listens on every interface is open to the café’s network.",
    fix: 'Publish "127.0.0.1:5432:5432".',
    fooledBy: "Firewalls; Docker goes around most of them.",
    judge: (survey) => {
      const composes = [...survey.data].filter(([file]) => isCompose(file));
      if (composes.length === 0) return notTried("there is no compose file");
      return composes.flatMap(([file, documents]) =>
        documents.flatMap(({ value, lineOf: line }) => {
          const open = Object.entries(mapAt(value, "services")).flatMap(([name, service]) => {
            const isService = survey.images.some(
              (image) =>
                image.file === file && image.service !== null && image.image === textAt(service, "image"),
            );
            return isService &&
              listAt(service, "ports").some(
                (port) => typeof port !== "object" && /^\d+(:\d+)?(\/\w+)?$/.test(String(port)),
              )
              ? [name]
              : [];
          });
          const [first] = open;
          return first === undefined
            ? []
            : [
                advice(
                  `The ports of ${open.join(", ")} are open on every interface.`,
                  { file, line: line(["services", first, "ports"]) },
                  `services: ${open.join(", ")}`,
                ),
              ];
        }),
      );
    },
  }),
  staticCheck("dev-prod-parity/continuous-integration", {
    title: "Each change is built and tested",
    asks: "Is there CI?",
    why: "“The twelve-factor app is designed for continuous deployment by keeping the gap between development and production small.”",
    fix: "Add a workflow that installs, tests and builds each push.",
    fooledBy: "CI that is configured outside of the repo.",
    judge: ({ repo }) => {
      const others =
        /(^|\/)(Jenkinsfile|azure-pipelines\.ya?ml|bitbucket-pipelines\.yml|\.drone\.ya?ml|\.travis\.yml|\.woodpecker(\.ya?ml|\/.*)|\.buildkite\/.*|cloudbuild\.ya?ml|appveyor\.yml|\.semaphore\/.*|\.builds?\/.*\.ya?ml|\.builds?\.ya?ml)$/;
      return repo.paths.some((path) => isCi(path) || others.test(path))
        ? []
        : [advice("No file configures CI.", null, "no workflow", { confidence: "medium" })];
    },
  }),
];

function serviceVersions(survey: Survey): Version[] {
  const images = survey.images.filter(
    (image): image is ImageUse & { service: string; tag: string } =>
      image.service !== null && image.tag !== null && image.use !== "base" && /^v?\d/.test(image.tag),
  );
  return [
    ...images.map(({ service, tag, file, line, image }) => ({
      service,
      version: (/^v?(\d+(\.\d+)*)/.exec(tag)?.[1] ?? tag) as string,
      file,
      line,
      shown: image,
    })),
    ...ofDescriptors(survey),
  ];
}

function ofDescriptors({ data }: Survey): Version[] {
  return [...data].flatMap(([file, documents]) =>
    documents.flatMap(({ value, lineOf: line }): Version[] => {
      if (nameOf(file) === "app.json")
        return listAt(value, "addons").flatMap((addon, index) => {
          const plan = textAt(addon, "plan") ?? "";
          const version = textAt(addon, "options", "version");
          return /^heroku-postgresql/.test(plan) && version !== null
            ? [
                {
                  service: "postgres",
                  version,
                  file,
                  line: line(["addons", index]),
                  shown: `${plan} ${version}`,
                },
              ]
            : [];
        });
      if (/^render\.ya?ml$/.test(nameOf(file)))
        return listAt(value, "databases").flatMap((database, index) => {
          const version = textAt(database, "postgresMajorVersion");
          return version === null
            ? []
            : [
                {
                  service: "postgres",
                  version,
                  file,
                  line: line(["databases", index, "postgresMajorVersion"]),
                  shown: `postgresMajorVersion: ${version}`,
                },
              ];
        });
      return [];
    }),
  );
}

/** Alike as far as both are stated. */
function sameVersion(one: string, other: string): boolean {
  const [a, b] = [one.split("."), other.split(".")];
  return a.slice(0, Math.min(a.length, b.length)).every((part, index) => part === b[index]);
}

const drivers: readonly (readonly [RegExp, string])[] = [
  [
    /^(pg|postgres|psycopg2?(-binary)?|asyncpg|github\.com\/jackc\/pgx.*|github\.com\/lib\/pq)$/,
    "PostgreSQL",
  ],
  [/^(mysql2?|mysqlclient|pymysql|asyncmy|github\.com\/go-sql-driver\/mysql)$/i, "MySQL"],
];

/** By the drivers that the manifests declare for the run. */
function productionDatabase({ data, repo }: Survey): string | null {
  const names = [
    ...[...data].flatMap(([file, documents]) =>
      documents.flatMap(({ value }) =>
        nameOf(file) === "package.json"
          ? Object.keys(mapAt(value, "dependencies"))
          : nameOf(file) === "pyproject.toml"
            ? listAt(value, "project", "dependencies").map(String)
            : [],
      ),
    ),
    ...repo.paths
      .filter((path) => /(^|\/)requirements[\w-]*\.txt$/.test(path))
      .flatMap((path) => (repo.read(path) ?? "").split("\n")),
    ...repo.paths
      .filter((path) => nameOf(path) === "go.mod")
      .flatMap((path) => (repo.read(path) ?? "").split(/\s+/)),
  ].map((name) => name.trim().replace(/[[<>=~!;@ ].*$/, ""));
  return drivers.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1] ?? null;
}

function developmentCommands({ data, repo }: Survey): { file: string; line: number; text: string }[] {
  const scripts = [...data].flatMap(([file, documents]) =>
    documents.flatMap(({ value, lineOf: line }) =>
      nameOf(file) === "package.json"
        ? Object.entries(mapAt(value, "scripts")).map(([name, text]) => ({
            file,
            line: line(["scripts", name]),
            text: String(text),
          }))
        : [],
    ),
  );
  const files = repo.paths.filter((path) => /^(bin\/[\w.-]+|Makefile|justfile)$/.test(path));
  const lines = files.flatMap((file) =>
    (repo.read(file) ?? "")
      .split("\n")
      .map((text, index) => ({ file, line: index + 1, text: text.trim() }))
      .filter(({ text }) => !text.startsWith("#")),
  );
  return [...scripts, ...lines];
}
