import { mapAt, textAt } from "../parsers/data.ts";
import type { Survey } from "../survey/survey.ts";
import { fact, guess, type ProcessFact, type Shape } from "./detection.ts";

const file = "composer.json";
const frameworks: readonly (readonly [dependency: string, label: string])[] = [
  ["laravel/framework", "Laravel"],
  ["symfony/framework-bundle", "Symfony"],
  ["slim/slim", "Slim"],
];

/** A repo with a composer.json. PHP brings no server for a release, so that how web is started is for the person to say. */
export function readPhp({ repo, data }: Survey): Shape | null {
  const document = data.get(file)?.[0];
  if (document === undefined) return null;
  const { value, lineOf } = document;
  const has = (path: string) => repo.paths.includes(path);
  const required = mapAt(value, "require");
  const dependencies = Object.keys(required)
    .filter((name) => name.includes("/"))
    .map((name) => ({ name, file, line: lineOf(["require", name]) }));
  const found = frameworks.flatMap(([name, label]) =>
    name in required ? [fact(label, file, lineOf(["require", name]))] : [],
  )[0];
  const isLaravel = "laravel/framework" in required && has("artisan");
  const php = textAt(value, "require", "php");
  const version = /(\d+\.\d+(?:\.\d+)?)/.exec(php ?? "")?.[1];
  const isExact = /^\d+\.\d+(\.\d+)?$/.test(php ?? "");
  const jobs = repo.paths.find((path) => path.startsWith("app/Jobs/"));
  const worker: ProcessFact[] =
    isLaravel && jobs !== undefined
      ? [{ ...fact("php artisan queue:work", jobs, 1), name: "worker", type: "worker" }]
      : [];
  const migrations = repo.paths.find((path) => path.startsWith("database/migrations/"));
  return {
    language: "php",
    framework: found ?? fact("PHP", file, 1),
    packageManager: fact("composer", file, 1),
    toolchain:
      version === undefined
        ? []
        : [
            {
              tool: "php",
              ...fact(
                version,
                file,
                lineOf(["require", "php"]),
                isExact,
                "the least that composer.json allows",
              ),
            },
          ],
    install: fact("composer install", file, 1),
    build: null,
    test:
      isLaravel && repo.paths.some((path) => path.startsWith("tests/"))
        ? fact("php artisan test", "artisan", 1)
        : "phpunit/phpunit" in mapAt(value, "require-dev")
          ? fact("vendor/bin/phpunit", file, lineOf(["require-dev", "phpunit/phpunit"]))
          : null,
    release:
      isLaravel && migrations !== undefined ? fact("php artisan migrate --force", migrations, 1) : null,
    processes: [
      {
        ...guess(
          "",
          file,
          1,
          "PHP brings no server for a release: FrankenPHP, Octane or a buildpack's would be one",
        ),
        name: "web",
        type: "web",
      },
      ...worker,
    ],
    dependencies,
    manifests: [],
    recognised: found !== undefined,
    imageless: "which server and which extensions the image needs isn't known",
  };
}
