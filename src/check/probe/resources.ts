import type { DeclaredVariable } from "../parsers/env-schema.ts";
import type { Engine } from "./containers.ts";
import { defaultPorts, type Resource } from "./lab.ts";
import type { RunningService, ServiceAdapter } from "./services/adapter.ts";
import { composeService, runComposeService } from "./services/compose.ts";
import type { Session } from "./session.ts";

type Request = {
  readonly session: Session;
  readonly variables: readonly DeclaredVariable[];
  /** `--service NAME=URL`. */
  readonly stated: { readonly [variable: string]: string };
  readonly adapters: readonly ServiceAdapter[];
  readonly secret: string;
  readonly tree: string;
  readonly engine: Engine | null;
};

/** What a variable is called by platforms whose add-on sets it, where no example tells the scheme. */
const customary: { readonly [variable: string]: string } = {
  DATABASE_URL: "postgres://app@127.0.0.1:5432/app",
  POSTGRES_URL: "postgres://app@127.0.0.1:5432/app",
  MYSQL_URL: "mysql://app@127.0.0.1:3306/app",
  JAWSDB_URL: "mysql://app@127.0.0.1:3306/app",
  JAWSDB_MARIA_URL: "mysql://app@127.0.0.1:3306/app",
  REDIS_URL: "redis://127.0.0.1:6379/0",
  AMQP_URL: "amqp://127.0.0.1:5672",
  CLOUDAMQP_URL: "amqp://127.0.0.1:5672",
  RABBITMQ_URL: "amqp://127.0.0.1:5672",
  SMTP_URL: "smtp://127.0.0.1:25",
  NATS_URL: "nats://127.0.0.1:4222",
};

/** A resource for each variable that locates a service: as stated, else started here, else a sink. */
export async function attachResources(request: Request): Promise<Resource[]> {
  const { variables, stated } = request;
  const undeclared = Object.keys(stated).filter(
    (name) => !variables.some((variable) => variable.name === name),
  );
  const named = [
    ...variables.flatMap((variable) => {
      const form = stated[variable.name] ?? formOf(variable);
      return form ? [{ variable: variable.name, form }] : [];
    }),
    ...undeclared.map((variable) => ({ variable, form: stated[variable] ?? "" })),
  ];
  const started = new Map<string, ReturnType<ServiceAdapter["start"]>>();
  return Promise.all(named.map(({ variable, form }) => attach(request, { variable, form, started })));
}

function formOf({ name, type, example, default: fallback }: DeclaredVariable): string | null {
  const shown = example ?? fallback ?? (type === "url" || type === null ? (customary[name] ?? null) : null);
  if (!shown || !/^[a-z][a-z0-9+.-]*:\/\//i.test(shown)) return null;
  const isLocalHttp = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])/.test(shown) && /ENDPOINT/.test(name);
  return !/^(https?|file):/.test(shown) || isLocalHttp ? shown : null;
}

type Attachment = {
  readonly variable: string;
  readonly form: string;
  readonly started: Map<string, ReturnType<ServiceAdapter["start"]>>;
};

async function attach(
  { session, stated, adapters, secret, tree, engine }: Request,
  { variable, form, started }: Attachment,
): Promise<Resource> {
  const scheme = form.slice(0, form.indexOf(":")).toLowerCase();
  const adapter = adapters.find(({ schemes }) => schemes.includes(scheme));
  const kind = adapter?.kind ?? scheme;
  const base = { variable, kind, form, defaultPort: adapter?.defaultPort ?? defaultPorts[scheme] ?? null };
  const url = stated[variable];
  if (url) {
    const service: RunningService = { url: () => url, fingerprint: null, separates: false };
    return { ...base, service, missing: null };
  }
  const contain = async (missing: string) => {
    const service = engine ? composeService(tree, scheme, base.defaultPort) : null;
    const result = engine && service ? await runComposeService(engine, service, form) : { missing };
    return "missing" in result
      ? { ...base, service: null, missing: result.missing }
      : { ...base, service: result, missing: null };
  };
  if (!adapter) return contain(`${scheme} services are not started here`);
  const running = started.get(adapter.kind) ?? adapter.start(session, secret);
  started.set(adapter.kind, running);
  const result = await running;
  if ("missing" in result) return contain(result.missing);
  const path = adapter.keepsPath ? /^[^:]+:\/\/[^/]*(\/.*)?$/.exec(form)?.[1] : undefined;
  const at: RunningService["url"] = (database) => `${result.url(database)}${path ?? ""}`;
  return { ...base, service: { ...result, url: at }, missing: null };
}
