import { Failure } from "./failure.ts";

/** A fault in a template, with the file that it is in; its author sees it when the catalogue is built or the pack is read. */
export class TemplateError extends Failure {
  readonly origin: string;

  constructor(origin: string, message: string, fix: string) {
    super({ code: "template", message: `${origin}: ${message}`, fix });
    this.name = "TemplateError";
    this.origin = origin;
  }
}
