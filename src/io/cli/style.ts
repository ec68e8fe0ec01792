/** Colours for a stream, none where it isn't a terminal or `NO_COLOR` asks for none. */
export type Style = { readonly [name in keyof typeof codes]: (text: string) => string };

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export function styleFor(stream: { readonly isTTY?: boolean }): Style {
  const colourful = isColourful(stream);
  const paint = ([on, off]: readonly [number, number]) =>
    colourful ? (text: string) => `\u001b[${on}m${text}\u001b[${off}m` : (text: string) => text;
  return Object.fromEntries(Object.entries(codes).map(([name, code]) => [name, paint(code)])) as Style;
}

export function isColourful(stream: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR, TERM } = process.env;
  return stream.isTTY === true && (NO_COLOR === undefined || NO_COLOR === "") && TERM !== "dumb";
}
