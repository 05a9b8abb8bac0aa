import assert from "node:assert/strict";
import { highlighted, languageOf } from "./highlight.ts";

Deno.test("a language is known by its names, in any case, and by no name of an object's own", () => {
  assert.equal(languageOf("Python"), "python");
  assert.equal(languageOf("py"), "python");
  assert.equal(languageOf("brainfuck"), null);
  for (const name of ["constructor", "__proto__", "toString"]) assert.equal(languageOf(name), null);
});

Deno.test("what is highlighted says the same as before", async () => {
  const said = (node: { value?: string; children?: readonly unknown[] }): string =>
    node.value ?? (node.children ?? []).map((child) => said(child as typeof node)).join("");
  const text = "<script>alert('&amp;')</script>\nfor x in range(3): print(\"a\")\n";
  for (const language of ["python", "xml", "javascript", "sql"]) {
    const tokens = await highlighted(text, language);
    assert.equal(tokens.map((token) => said(token as never)).join(""), text);
    assert.ok(tokens.some((token) => token.type === "element"), language);
  }
});
