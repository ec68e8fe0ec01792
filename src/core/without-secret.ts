/** Without what a URL has for its host alone: a user name of ssh is part of an address, a password, a token and a query are not. */
export function withoutSecret(text: string): string {
  return text
    .replace(/((?:https?|file):\/\/)[^/\s]*@/gi, "$1")
    .replace(/(ssh:\/\/[^/:@\s]*):[^/\s]*@/gi, "$1@")
    .replace(/((?:https?|ssh):\/\/[^?#\s]*)\?[^#\s]*/gi, "$1");
}
