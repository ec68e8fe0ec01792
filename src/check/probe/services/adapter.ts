import type { Session } from "../session.ts";

/** A kind of backing service that the probe can start by itself, from a binary on this host. */
export type ServiceAdapter = {
  readonly kind: string;
  /** Schemes of the URLs that name it, without `://`. */
  readonly schemes: readonly string[];
  readonly defaultPort: number;
  /** Whether its URL ends as the one that the repo gives as an example. */
  readonly keepsPath?: boolean;
  /** Why it could not be started, when it could not. */
  readonly start: (
    session: Session,
    secret: string,
  ) => Promise<RunningService | { readonly missing: string }>;
};

/** `a` and `b` are two databases that deploys attach; nothing migrates `empty`. */
export type Database = "a" | "b" | "empty";

export type RunningService = {
  readonly url: (database: Database) => string;
  /** Changes when the schema does; null for a service without one. */
  readonly fingerprint: ((database: Database) => Promise<string>) | null;
  readonly separates: boolean;
};
