type Examples = { readonly [language: string]: string };

/** How the code of each language does what a check asks for. */
const examples: { readonly [slug: string]: Examples } = {
  "port-binding/literal-port": {
    node: "app.listen(Number(process.env.PORT ?? 3000), '0.0.0.0');",
    python: 'app.run(host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))',
    go: 'http.ListenAndServe(":"+os.Getenv("PORT"), handler)',
    ruby: 'port ENV.fetch("PORT", 3000) # config/puma.rb',
    java: `server.port=\${PORT:8080} # application.properties`,
  },
  "port-binding/ignores-port": {
    node: "app.listen(Number(process.env.PORT ?? 3000), '0.0.0.0');",
    python:
      'if __name__ == "__main__":  # then: python -m <module>\n    uvicorn.run(app, host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))',
    go: 'http.ListenAndServe(":"+os.Getenv("PORT"), handler)',
    ruby: 'port ENV.fetch("PORT", 3000) # config/puma.rb',
    java: `server.port=\${PORT:8080} # application.properties`,
  },
  "port-binding/loopback": {
    node: "app.listen({ port, host: '0.0.0.0' });",
    python: 'uvicorn.run(app, host="0.0.0.0", port=port)',
    go: 'http.ListenAndServe(":"+port, handler)',
  },
  "disposability/sigterm-handler": {
    node: "process.on('SIGTERM', () => server.close(() => process.exit(0)));",
    python: "signal.signal(signal.SIGTERM, lambda *_: stop.set())",
    go: "ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)\ndefer stop()\n<-ctx.Done()\nserver.Shutdown(context.Background())",
    java: "server.shutdown=graceful # application.properties",
  },
  "config/services-in-code": {
    node: "const pool = new Pool({ connectionString: process.env.DATABASE_URL });",
    python: 'engine = create_engine(os.environ["DATABASE_URL"])',
    go: 'db, err := sql.Open("pgx", os.Getenv("DATABASE_URL"))',
    ruby: 'url: <%= ENV["DATABASE_URL"] %> # config/database.yml',
    php: "'url' => env('DATABASE_URL'),",
  },
  "config/secrets-in-code": {
    node: "const secret = process.env.SESSION_SECRET;",
    python: 'SECRET_KEY = os.environ["SECRET_KEY"]',
    go: 'secret := os.Getenv("SESSION_SECRET")',
    ruby: 'ENV.fetch("SESSION_SECRET")',
    php: "env('SESSION_SECRET')",
  },
  "logs/files": {
    node: "const logger = pino(); // JSON lines on standard output",
    python: "logging.basicConfig(stream=sys.stdout, level=logging.INFO)",
    go: "slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))",
  },
  "processes/sessions": {
    node: "app.use(session({ store: new RedisStore({ client }), secret: process.env.SESSION_SECRET }));",
    python: 'SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"',
  },
};

/** Null where there is none for that language. */
export function exampleFor(slug: string, language: string): string | null {
  return examples[slug]?.[language] ?? null;
}
