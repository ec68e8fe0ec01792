import type { Survey } from "../survey/survey.ts";
import { type Fact, fact, guess, lineIn, type ProcessFact, type Shape } from "./detection.ts";

const file = "Gemfile";
const frameworks: readonly (readonly [gem: string, label: string])[] = [
  ["rails", "Rails"],
  ["hanami", "Hanami"],
  ["sinatra", "Sinatra"],
  ["roda", "Roda"],
  ["grape", "Grape"],
];

/** A repo with a Gemfile. */
export function readRuby({ repo }: Survey): Shape | null {
  const text = repo.read(file);
  if (text === null) return null;
  const has = (path: string) => repo.paths.includes(path);
  const dependencies = text.split("\n").flatMap((line, index) => {
    const name = /^\s*gem\s*\(?\s*["']([\w-]+)["']/.exec(line)?.[1];
    return name === undefined ? [] : [{ name, file, line: index + 1 }];
  });
  const gem = (name: string) => dependencies.find((each) => each.name === name);
  const known = frameworks.flatMap(([name, label]) => {
    const found = gem(name);
    return found ? [fact(label, file, found.line)] : [];
  })[0];
  const isRails = gem("rails") !== undefined;
  const version = /^\s*ruby\s*\(?\s*["'](\d+\.\d+(?:\.\d+)?)["']/m.exec(text)?.[1];
  const puma = gem("puma");
  const server = (): Fact => {
    if (puma && has("config/puma.rb"))
      return fact("bundle exec puma --config config/puma.rb", "config/puma.rb", 1);
    if (puma && has("config.ru"))
      return guess(
        "bundle exec puma --port 3000",
        "config.ru",
        1,
        "without a config/puma.rb puma doesn't read PORT",
      );
    if (has("config.ru"))
      return guess("bundle exec rackup --host 0.0.0.0", "config.ru", 1, "no server is among the gems");
    return guess("", file, 1, "there is no config.ru");
  };
  const workers = (["sidekiq", "solid_queue", "good_job", "resque"] as const).flatMap(
    (name): ProcessFact[] => {
      const found = gem(name);
      if (!found) return [];
      const command = {
        sidekiq: "bundle exec sidekiq",
        solid_queue: "bin/jobs",
        good_job: "bundle exec good_job start",
        resque: "",
      }[name];
      const isThere = name !== "solid_queue" || has("bin/jobs");
      const stated =
        command !== "" && isThere
          ? fact(command, file, found.line)
          : guess("", file, found.line, `how ${name} is started isn't known`);
      return [{ ...stated, name: "worker", type: "worker" }];
    },
  );
  const migrations = repo.paths.find((path) => path.startsWith("db/migrate/"));
  const hasSpecs = repo.paths.some((path) => path.startsWith("spec/"));
  return {
    language: "ruby",
    framework: known ?? fact("Ruby", file, 1),
    packageManager: fact("bundler", file, 1),
    toolchain:
      version === undefined ? [] : [{ tool: "ruby", ...fact(version, file, lineIn(text, /^\s*ruby\b/m)) }],
    install: fact("bundle install", file, 1),
    build: null,
    test: hasSpecs
      ? fact("bundle exec rspec", "spec", null)
      : isRails && repo.paths.some((path) => path.startsWith("test/"))
        ? fact("bin/rails test", "test", null)
        : null,
    release: isRails && migrations !== undefined ? fact("bin/rails db:migrate", migrations, 1) : null,
    processes: [{ ...server(), name: "web", type: "web" }, ...workers],
    dependencies,
    manifests: ["Gemfile", "Gemfile.lock", ".ruby-version"].filter(has),
    recognised: known !== undefined || has("config.ru"),
  };
}
