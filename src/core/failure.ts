/** What the user can put right. Anything else that is thrown is a bug of ours. */
export class Failure extends Error {
  readonly code: string;
  readonly fix: string;
  /** In what state things are now. */
  readonly state: string;

  constructor(parts: { code: string; message: string; fix: string; state?: string }) {
    super(parts.message);
    this.name = "Failure";
    this.code = parts.code;
    this.fix = parts.fix;
    this.state = parts.state ?? "Nothing was written.";
  }
}
