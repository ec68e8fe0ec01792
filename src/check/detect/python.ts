import { listAt, mapAt, textAt } from "../parsers/data.ts";
import { partOf } from "../survey/places.ts";
import type { Survey } from "../survey/survey.ts";
import {
  type Dependency,
  type Fact,
  fact,
  guess,
  lineIn,
  type ProcessFact,
  type Shape,
} from "./detection.ts";

const frameworks: readonly (readonly [dependency: string, label: string])[] = [
  ["django", "Django"],
  ["fastapi", "FastAPI"],
  ["flask", "Flask"],
  ["starlette", "Starlette"],
  ["litestar", "Litestar"],
  ["sanic", "Sanic"],
  ["aiohttp", "aiohttp"],
  ["tornado", "Tornado"],
  ["bottle", "Bottle"],
  ["falcon", "Falcon"],
];

const managers: readonly (readonly [file: string, id: string, install: string])[] = [
  ["uv.lock", "uv", "uv sync --locked"],
  ["poetry.lock", "poetry", "poetry install"],
  ["Pipfile.lock", "pipenv", "pipenv sync --dev"],
  ["requirements.txt", "pip", "pip install --no-cache-dir -r requirements.txt"],
];

/** A repo with requirements, a pyproject.toml, a Pipfile or a manage.py. */
export function readPython(survey: Survey): Shape | null {
  const { repo } = survey;
  const manifest = ["pyproject.toml", "requirements.txt", "Pipfile", "manage.py"].find((path) =>
    repo.paths.includes(path),
  );
  if (manifest === undefined) return null;
  const dependencies = dependenciesOf(survey);
  const has = (name: string) => dependencies.find((each) => each.name === name);
  const known = frameworks.flatMap(([name, label]) => {
    const dependency = has(name);
    return dependency ? [{ name, ...fact(label, dependency.file, dependency.line) }] : [];
  })[0];
  const manager = managers.find(([path]) => repo.paths.includes(path));
  const packageManager = manager
    ? fact(manager[1], manager[0])
    : guess("pip", manifest, 1, "there is no lockfile and no requirements.txt");
  const modules = pythonModules(survey);
  const reading = { survey, has, modules };
  const run = { uv: "uv run ", poetry: "poetry run ", pipenv: "pipenv run " }[packageManager.value] ?? "";
  const test = testOf(reading);
  return {
    language: "python",
    framework: known ?? fact("Python", manifest, 1),
    packageManager,
    toolchain: runtimeOf(survey),
    install: manager
      ? fact(manager[2], manager[0])
      : guess("pip install .", manifest, 1, "there is no lockfile"),
    build: null,
    test: test && { ...test, value: run + test.value },
    release: releaseOf(reading),
    processes: [webOf(reading, known?.name), ...workersOf(reading)].filter((each) => each !== null),
    dependencies,
    manifests: [
      "pyproject.toml",
      "uv.lock",
      "poetry.lock",
      "Pipfile",
      "Pipfile.lock",
      "requirements.txt",
    ].filter(
      (path) =>
        repo.paths.includes(path) &&
        (path !== "requirements.txt" || !/^\s*(-r|-c|-e|\.)/m.test(repo.read(path) ?? "")),
    ),
    recognised: known !== undefined,
  };
}

/** The file of a version that Heroku reads. */
function runtimeOf({ data }: Survey): Shape["toolchain"] {
  const document = data.get("Pipfile")?.[0];
  const version = document && textAt(document.value, "requires", "python_version");
  return version
    ? [{ tool: "python", ...fact(version, "Pipfile", document.lineOf(["requires", "python_version"])) }]
    : [];
}

function dependenciesOf({ repo, data }: Survey): Dependency[] {
  const nameIn = (line: string) =>
    /^\s*([A-Za-z][\w.-]*)/.exec(line)?.[1]?.toLowerCase().replaceAll(/[_.]/g, "-");
  const listed = repo.paths
    .filter(
      (path) =>
        /^(requirements([\w.-]*)\.txt|requirements\/[\w.-]+\.txt)$/.test(path) &&
        !/dev|test|lint|doc/.test(path),
    )
    .flatMap((file) =>
      (repo.read(file) ?? "").split("\n").flatMap((text, index) => {
        const name = nameIn(text);
        return name === undefined ? [] : [{ name, file, line: index + 1 }];
      }),
    );
  const file = "pyproject.toml";
  const project = data.get(file)?.[0];
  const declared = project
    ? [
        ...listAt(project.value, "project", "dependencies").flatMap((text, index) => {
          const name = nameIn(String(text));
          return name === undefined
            ? []
            : [{ name, file, line: project.lineOf(["project", "dependencies", index]) }];
        }),
        ...Object.keys(mapAt(project.value, "tool", "poetry", "dependencies")).map((name) => ({
          name: name.toLowerCase(),
          file,
          line: project.lineOf(["tool", "poetry", "dependencies", name]),
        })),
      ]
    : [];
  const pipfile = data.get("Pipfile")?.[0];
  const piped = pipfile
    ? Object.keys(mapAt(pipfile.value, "packages")).map((name) => ({
        name: name.toLowerCase(),
        file: "Pipfile",
        line: pipfile.lineOf(["packages", name]),
      }))
    : [];
  return [...listed, ...declared, ...piped];
}

type Module = { readonly path: string; readonly name: string; readonly text: string };

/** The app's own modules, by the name that they are imported by from the root. */
function pythonModules({ repo }: Survey): readonly Module[] {
  return repo.paths
    .filter((path) => path.endsWith(".py") && partOf(path) === "app")
    .slice(0, 2000)
    .map((path) => ({
      path,
      name: path
        .replace(/^src\//, "")
        .replace(/(\/__init__)?\.py$/, "")
        .replaceAll("/", "."),
      text: repo.read(path) ?? "",
    }));
}

type Reading = {
  readonly survey: Survey;
  readonly has: (name: string) => Dependency | undefined;
  readonly modules: readonly Module[];
};

/** The module and the name of what a call makes at the top level: `app = Flask(__name__)`. */
function madeBy(modules: readonly Module[], maker: RegExp) {
  return modules.flatMap(({ path, name, text }) => {
    const match = new RegExp(`^([A-Za-z_]\\w*)(?::[^=\\n]*)?\\s*=\\s*(?:${maker.source})`, "m").exec(text);
    return match
      ? [
          {
            path,
            module: name,
            name: match[1] as string,
            line: lineIn(text, new RegExp(match[0].replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))),
          },
        ]
      : [];
  })[0];
}

const web = (value: Fact): ProcessFact => ({ ...value, name: "web", type: "web" });

function webOf({ has, modules }: Reading, framework: string | undefined): ProcessFact | null {
  if (framework === undefined) return scriptOf(modules);
  const gunicorn = has("gunicorn");
  const undeclared = (server: string) => `${server} isn't among the dependencies yet`;
  if (framework === "django") {
    const manage = modules.find(({ path }) => path === "manage.py");
    const settings = /DJANGO_SETTINGS_MODULE["'],\s*["']([\w.]+)["']/.exec(manage?.text ?? "")?.[1];
    const project = settings?.split(".")[0];
    const asgi = modules.find(({ path }) => path.endsWith("asgi.py"));
    const wsgi = modules.find(({ path }) => path.endsWith("wsgi.py"));
    const module = wsgi?.name ?? (project === undefined ? undefined : `${project}.wsgi`);
    if (module === undefined) return web(guess("", manage?.path ?? null, 1, "no wsgi.py was found"));
    if (!gunicorn && has("daphne") && asgi)
      return web(
        guess(`daphne -b 0.0.0.0 -p 8000 ${asgi.name}:application`, asgi.path, 1, "daphne doesn't read PORT"),
      );
    const place = [wsgi?.path ?? "manage.py", 1] as const;
    return web(
      gunicorn
        ? fact(`gunicorn ${module}`, ...place)
        : guess(`gunicorn ${module}`, ...place, undeclared("gunicorn")),
    );
  }
  if (framework === "flask" || framework === "bottle" || framework === "falcon") {
    const app = madeBy(
      modules,
      /(?:flask\.)?Flask\(|(?:bottle\.)?Bottle\(|falcon\.(?:App|API)\(|create_app\(/,
    );
    if (app) {
      const command = `gunicorn ${app.module}:${app.name}`;
      return web(
        gunicorn
          ? fact(command, app.path, app.line)
          : guess(command, app.path, app.line, undeclared("gunicorn")),
      );
    }
    const factory = modules.find(({ text }) => /^def (create_app|make_app)\(\s*\)/m.test(text));
    return web(
      guess(
        "",
        factory?.path ?? null,
        factory ? lineIn(factory.text, /^def (create_app|make_app)\(/m) : null,
        "the app is made by a function: name a module that has it as a variable",
      ),
    );
  }
  const app = madeBy(modules, /(?:\w+\.)?(?:FastAPI|Starlette|Litestar|Sanic)\(|create_app\(/);
  const runner = modules.find(
    ({ text }) =>
      /^if __name__ == ["']__main__["']:/m.test(text) &&
      /uvicorn\.run\(|web\.run_app\(/.test(text) &&
      /PORT/.test(text),
  );
  if (runner)
    return web(
      fact(
        `python -m ${runner.name.replace(/\.__main__$/, "")}`,
        runner.path,
        lineIn(runner.text, /^if __name__/m),
      ),
    );
  if (!app) return web(guess("", null, null, "no variable holds the app"));
  if (gunicorn && has("uvicorn"))
    return web(
      fact(
        `gunicorn --worker-class uvicorn.workers.UvicornWorker ${app.module}:${app.name}`,
        app.path,
        app.line,
      ),
    );
  return web(
    guess(
      `uvicorn ${app.module}:${app.name} --host 0.0.0.0 --port 8000`,
      app.path,
      app.line,
      has("uvicorn") || has("fastapi") ? "uvicorn doesn't read PORT by itself" : undeclared("uvicorn"),
    ),
  );
}

/** Without a framework: the one file at the root that is run by itself. */
function scriptOf(modules: readonly Module[]): ProcessFact | null {
  const scripts = modules.filter(
    ({ path, text }) => !path.includes("/") && /^if __name__ == ["']__main__["']:/m.test(text),
  );
  const script = scripts.find(({ path }) => /^(main|app|server|run|worker)\.py$/.test(path)) ?? scripts[0];
  if (script === undefined) return null;
  const name = /HTTPServer|\.listen\(|start_server\(/.test(script.text) ? "web" : "worker";
  const place = [script.path, lineIn(script.text, /^if __name__/m)] as const;
  const command = `python ${script.path}`;
  const stated =
    scripts.length === 1 ? fact(command, ...place) : guess(command, ...place, "several files can be run");
  return { ...stated, name, type: name };
}

function workersOf({ has, modules }: Reading): readonly ProcessFact[] {
  if (!has("celery")) return [];
  const app = madeBy(modules, /(?:celery\.)?Celery\(/);
  if (!app) return [];
  const worker = fact(`celery --app ${app.module} worker`, app.path, app.line);
  const beat = modules.find(({ text }) => /beat_schedule|CELERY_BEAT_SCHEDULE/.test(text));
  return [
    { ...worker, name: "worker", type: "worker" },
    ...(beat
      ? [
          {
            ...fact(
              `celery --app ${app.module} beat`,
              beat.path,
              lineIn(beat.text, /beat_schedule|CELERY_BEAT_SCHEDULE/),
            ),
            name: "clock",
            type: "clock",
          },
        ]
      : []),
  ];
}

function releaseOf({ survey: { repo }, has, modules }: Reading): Fact | null {
  const isThere = (path: string) => repo.paths.includes(path);
  if (has("django") && isThere("manage.py"))
    return fact("python manage.py migrate --noinput", "manage.py", 1);
  if (isThere("alembic.ini")) return fact("alembic upgrade head", "alembic.ini", 1);
  const migrate = has("flask-migrate");
  if (!migrate || !repo.paths.some((path) => path.startsWith("migrations/"))) return null;
  const app = madeBy(modules, /(?:flask\.)?Flask\(|create_app\(/);
  return app
    ? fact(`flask --app ${app.module} db upgrade`, migrate.file, migrate.line)
    : fact("flask db upgrade", migrate.file, migrate.line, false, "FLASK_APP has to name the app");
}

function testOf({ survey: { repo, data }, has }: Reading): Fact | null {
  const pyproject = data.get("pyproject.toml")?.[0];
  const states = (path: string, pattern: RegExp) => pattern.test(repo.read(path) ?? "");
  const place = ["pytest.ini", "conftest.py", "tests/conftest.py"].find((path) => repo.paths.includes(path));
  if (place !== undefined) return fact("python -m pytest", place, 1);
  if (pyproject && states("pyproject.toml", /\bpytest\b/))
    return fact(
      "python -m pytest",
      "pyproject.toml",
      lineIn(repo.read("pyproject.toml") ?? "", /\bpytest\b/),
    );
  const listed = repo.paths.find(
    (path) => /requirements[\w./-]*\.txt$/.test(path) && states(path, /^pytest\b/m),
  );
  if (listed !== undefined)
    return fact("python -m pytest", listed, lineIn(repo.read(listed) ?? "", /^pytest\b/m));
  if (
    has("django") &&
    repo.paths.includes("manage.py") &&
    repo.paths.some((path) => /(^|\/)tests?(\.py|\/)/.test(path))
  )
    return fact("python manage.py test", "manage.py", 1);
  return null;
}
