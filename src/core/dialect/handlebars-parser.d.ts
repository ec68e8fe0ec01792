/// <reference types="handlebars" />

declare module "handlebars/dist/cjs/handlebars/compiler/base.js" {
  export function parse(source: string): hbs.AST.Program;
}
