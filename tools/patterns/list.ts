/**
 * `list.ts FOLDER…`: the client's own regular expressions, found in its syntax, as JSON.
 */

import { parse } from "@babel/parser";

interface Node {
  readonly type?: string;
  readonly loc?: { readonly start: { readonly line: number } };
  readonly pattern?: string;
  readonly flags?: string;
  readonly callee?: { readonly name?: string };
}

function* files(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* files(path);
    else if (
      /\.tsx?$/.test(entry.name) && !/_test\.tsx?$|\.d\.ts$/.test(entry.name)
    ) yield path;
  }
}

function* inFile(path: string): Generator<Readonly<Record<string, string>>> {
  const text = Deno.readTextFileSync(path);
  const syntax = parse(text, {
    sourceType: "module",
    plugins: ["typescript", "jsx"],
  });
  const waiting: unknown[] = [syntax.program];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (typeof node !== "object" || node === null) continue;
    const { type, loc, pattern = "", flags = "", callee } = node as Node;
    const where = `${path}:${loc?.start.line}`;
    if (type === "RegExpLiteral") yield { where, source: pattern, flags };
    if (callee?.name === "RegExp") {
      throw new Error(`${where}: put together, so not judged`);
    }
    waiting.push(...Object.values(node));
  }
}

const found = Deno.args.flatMap((folder) =>
  [...files(folder)].flatMap((path) => [...inFile(path)])
);
console.log(JSON.stringify(found));
