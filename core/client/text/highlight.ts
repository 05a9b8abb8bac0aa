/**
 * The words of code in colour: tokens as elements with classes, never HTML from a string. Each
 * language is a file of its own, fetched when it is first seen. The slowest text of 4,000 characters
 * takes these languages a tenth of a second; Markdown takes three times that and is left out.
 */

import type { LanguageFn } from "lowlight";
import { createLowlight } from "lowlight";

type Fetch = () => Promise<{ readonly default: LanguageFn }>;

const LANGUAGES: Readonly<Record<string, Fetch>> = {
  bash: () => import("highlight.js/lib/languages/bash"),
  c: () => import("highlight.js/lib/languages/c"),
  cpp: () => import("highlight.js/lib/languages/cpp"),
  csharp: () => import("highlight.js/lib/languages/csharp"),
  css: () => import("highlight.js/lib/languages/css"),
  diff: () => import("highlight.js/lib/languages/diff"),
  go: () => import("highlight.js/lib/languages/go"),
  ini: () => import("highlight.js/lib/languages/ini"),
  java: () => import("highlight.js/lib/languages/java"),
  javascript: () => import("highlight.js/lib/languages/javascript"),
  json: () => import("highlight.js/lib/languages/json"),
  kotlin: () => import("highlight.js/lib/languages/kotlin"),
  lua: () => import("highlight.js/lib/languages/lua"),
  php: () => import("highlight.js/lib/languages/php"),
  python: () => import("highlight.js/lib/languages/python"),
  ruby: () => import("highlight.js/lib/languages/ruby"),
  rust: () => import("highlight.js/lib/languages/rust"),
  shell: () => import("highlight.js/lib/languages/shell"),
  sql: () => import("highlight.js/lib/languages/sql"),
  swift: () => import("highlight.js/lib/languages/swift"),
  typescript: () => import("highlight.js/lib/languages/typescript"),
  xml: () => import("highlight.js/lib/languages/xml"),
  yaml: () => import("highlight.js/lib/languages/yaml"),
};

const ALSO: Readonly<Record<string, string>> = {
  "c++": "cpp",
  console: "shell",
  cs: "csharp",
  golang: "go",
  html: "xml",
  js: "javascript",
  jsx: "javascript",
  kt: "kotlin",
  patch: "diff",
  py: "python",
  rb: "ruby",
  rs: "rust",
  sh: "bash",
  svg: "xml",
  toml: "ini",
  ts: "typescript",
  tsx: "typescript",
  yml: "yaml",
  zsh: "bash",
};

/** What lowlight answers with: a tree of tokens (hast). */
interface Node {
  readonly type: string;
  readonly value?: string;
  readonly properties?: { readonly className?: unknown };
  readonly children?: readonly Node[];
}

const lowlight = createLowlight();

/** The language meant by what stands behind the three backquotes, if it is known here. */
export function languageOf(said: string): string | null {
  const name = said.toLowerCase();
  const known = Object.hasOwn(ALSO, name) ? ALSO[name]! : name;
  return Object.hasOwn(LANGUAGES, known) ? known : null;
}

/** The same text as tokens in colour. */
export async function highlighted(text: string, language: string): Promise<readonly Node[]> {
  if (!lowlight.registered(language)) {
    lowlight.register(language, (await LANGUAGES[language]!()).default);
  }
  return lowlight.highlight(language, text).children;
}

/** Puts tokens into an element instead of what stood there. */
export function fill(element: Element, tokens: readonly Node[]): void {
  element.replaceChildren(...tokens.map(built));
}

function built(node: Node): Element | Text {
  if (node.type === "text") return document.createTextNode(node.value ?? "");
  const element = document.createElement("span");
  const classes = node.properties?.className;
  if (Array.isArray(classes)) element.className = classes.join(" ");
  fill(element, node.children ?? []);
  return element;
}
