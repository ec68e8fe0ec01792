/** A name with hyphens as an identifier: `purge-expired` is `purgeExpired`. */
export function identifier(name: string): string {
  return name.replace(/-+(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** The same for the name of a type: `PurgeExpired`. */
export function pascal(name: string): string {
  return identifier(`-${name}`);
}

/** The same for languages that write `purge_expired`; of a variable `PAGE_SIZE` it is `page_size`. */
export function snake(name: string): string {
  return name.toLowerCase().replaceAll("-", "_");
}
