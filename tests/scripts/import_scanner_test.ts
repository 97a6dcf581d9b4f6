import { assertEquals } from "@std/assert";
import { scanImports } from "../../scripts/import_scanner.ts";

function specifiers(text: string): string[] {
  return scanImports(text).map(({ specifier }) => specifier);
}

Deno.test("scanImports() finds every form of import", () => {
  const text = `
    import "./side_effect.ts";
    import plain from './default.ts';
    import * as all from "./star.ts";
    import first, { type A, b as c } from "./mixed.ts";
    import type { T } from "./type.ts";
    import { "a-b" as ab } from "./named.ts";
    export * from "./export_star.ts";
    export { d, e as "f-g" } from "./export_from.ts";
    const lazy = await import("./dynamic.ts");
    const template = import(\`./template.ts\`);
    let typed: import("./import_type.ts").Thing;
    import data from "./data.json" with { type: "json" };
  `;
  assertEquals(specifiers(text), [
    "./side_effect.ts",
    "./default.ts",
    "./star.ts",
    "./mixed.ts",
    "./type.ts",
    "./named.ts",
    "./export_star.ts",
    "./export_from.ts",
    "./dynamic.ts",
    "./template.ts",
    "./import_type.ts",
    "./data.json",
  ]);
});

Deno.test("scanImports() tells the line of the specifier", () => {
  const text = '/* one\n two */\nimport {\n  a,\n} from "./a.ts";\nconst t = `\n\n`;\nimport "./b.ts";\n';
  assertEquals(scanImports(text), [{ specifier: "./a.ts", line: 5 }, { specifier: "./b.ts", line: 9 }]);
});

Deno.test("scanImports() is not misled by comments, strings, templates and regular expressions", () => {
  const text = String.raw`
    // import "./line_comment.ts";
    /* import "./block_comment.ts"; */
    const a = 'import "./string.ts"';
    const b = ${"`"}import "./in_template.ts" ${"${"}inner("}")} export * from "./also.ts"${"`"};
    const c = /["'${"`"}]\/*/.test(x) || 4 / 2;
    const url = "https://example.org"; // it's a comment
    object.import("./method.ts");
    export class A {}
    import "./real.ts";
    import z from "./real_too.ts";
  `;
  assertEquals(specifiers(text), ["./real.ts", "./real_too.ts"]);
});

Deno.test("scanImports() goes on after text in JSX that looks like an open string", () => {
  const text = 'const view = <p>don\'t {"x"} <br /></p>;\nimport a from "./a.ts";\n';
  assertEquals(specifiers(text), ["./a.ts"]);
});

Deno.test("scanImports() finds imports in the code of a template", () => {
  assertEquals(specifiers("const t = `a ${await import('./inner.ts')} b`;"), ["./inner.ts"]);
});

Deno.test("scanImports() leaves alone what is computed", () => {
  assertEquals(specifiers("await import(name); await import(`./${name}.ts`);"), []);
});
