/** The person changed their mind; `state` says how things stand. */
export class Cancelled extends Error {
  readonly state: string;

  constructor(state = "Nothing was written.") {
    super("Cancelled");
    this.name = "Cancelled";
    this.state = state;
  }
}
