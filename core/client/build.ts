/**
 * Bundles the web client: `deno run … core/client/build.ts [--watch]`.
 *
 * Each folder of built files gets a `manifest.json`: the entry's name → its file, style sheets and the
 * modules to preload. A page, or a plugin's `ClientModule`, names an entry and never a hash. With
 * `--watch` it stays, builds again what changed, and says one line of JSON per build.
 */

import * as esbuild from "esbuild";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

const SHARED = ["preact", "preact/hooks", "preact/jsx-runtime", "@preact/signals"];
const PUBLIC = "@salon/client"; // what a plugin's modules import from us
const CLIENT = "core/client";
const APP = "core/salon/web/static/app";

/** One run of esbuild: modules that are split together into chunks they share. */
interface Bundle {
  folder: string;
  entries: Map<string, string>; // name in the manifest → file or package
  external: string[];
  format: "esm" | "iife";
}

interface Entry {
  file: string;
  css: string[];
  imports: string[];
}

const OPTIONS = {
  bundle: true,
  write: false,
  metafile: true,
  minify: true, // in watch mode too: an install must make the same files
  sourcemap: "linked",
  legalComments: "linked",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  // What runs beside the sound, in a world of its own, and what it runs.
  loader: { ".worklet.js": "file", ".wasm": "file" },
} satisfies esbuild.BuildOptions;

function coreBundles(): Bundle[] {
  const own = (...names: string[]) => new Map(names.map((name) => [name, `${CLIENT}/${name}`]));
  return [
    // One run for all four, so that Preact stands in one chunk: signals would patch a second Preact
    // and silently do nothing.
    {
      folder: APP,
      entries: new Map(SHARED.map((name) => [name, name])),
      external: [],
      format: "esm",
    },
    {
      folder: APP,
      entries: own(
        "app/main.tsx",
        "app/home.tsx",
        "app/later.css",
        "rooms/room_view.tsx",
        "pages/door.ts",
        "pages/pages.css",
      ).set(PUBLIC, `${CLIENT}/plugins.ts`),
      external: SHARED,
      format: "esm",
    },
    // A classic script, run before the first paint: modules always wait.
    { folder: APP, entries: own("app/theme.ts"), external: [], format: "iife" },
    { folder: APP, entries: own("worker/worker.ts"), external: [], format: "iife" },
    // By itself: what it shares with the app would be cut out of the app's first paint.
    { folder: APP, entries: own("pages/listen.ts"), external: [], format: "iife" },
  ];
}

async function pluginBundles(): Promise<Bundle[]> {
  const bundles: Bundle[] = [];
  for (const plugin of (await readdir("plugins")).toSorted()) {
    const client = `plugins/${plugin}/client`;
    if (!existsSync(client)) continue;
    const names = (await readdir(client)).filter(isEntry).toSorted();
    if (!names.length) continue;
    bundles.push({
      folder: `plugins/${plugin}/salon_${plugin}/static/app`,
      entries: new Map(names.map((name) => [name, `${client}/${name}`])),
      external: [...SHARED, PUBLIC],
      format: "esm",
    });
  }
  return bundles;
}

function isEntry(name: string): boolean {
  return /\.tsx?$/.test(name) && !/(_test\.tsx?|\.d\.ts)$/.test(name);
}

/** The stem of an entry's file: `app/main.tsx` → `app-main`. */
function stem(name: string): string {
  return name.replace(/\.(tsx?|css)$/, "").replace(/^@/, "").replaceAll("/", "-");
}

/** What the manifest says about one bundle. */
function describe(bundle: Bundle, metafile: esbuild.Metafile): Map<string, Entry> {
  const names = new Map([...bundle.entries.keys()].map((name) => [stem(name), name]));
  const described = new Map<string, Entry>();
  for (const [path, output] of Object.entries(metafile.outputs)) {
    const name = names.get(basename(path).replace(/-[A-Z0-9]{8}\.(js|css)$/, ""));
    // What is imported on demand is an entry to esbuild, and a style sheet has its module's stem.
    if (name === undefined || output.entryPoint === undefined) continue;
    described.set(name, {
      file: basename(path),
      css: output.cssBundle === undefined ? [] : [basename(output.cssBundle)],
      imports: preloads(path, metafile),
    });
  }
  return described;
}

/** The chunks that a module needs before it can run, those of its chunks included. */
function preloads(path: string, metafile: esbuild.Metafile, found = new Set<string>()): string[] {
  for (const made of metafile.outputs[path]?.imports ?? []) {
    if (made.kind !== "import-statement" || made.external || found.has(basename(made.path))) {
      continue;
    }
    found.add(basename(made.path));
    preloads(made.path, metafile, found);
  }
  return [...found].toSorted();
}

/** A folder that gets the files of all its bundles, once each of them has been built. */
class Folder {
  readonly #results = new Map<Bundle, esbuild.BuildResult>();
  #publishing = Promise.resolve();

  constructor(readonly path: string, readonly bundles: Bundle[]) {}

  keep(bundle: Bundle, result: esbuild.BuildResult): Promise<void> {
    this.#results.set(bundle, result);
    if (this.#results.size < this.bundles.length) return Promise.resolve();
    return this.#publishing = this.#publishing.then(() => this.#publish());
  }

  /** Files first, then the manifest by rename, and only then what nobody names any more. */
  async #publish(): Promise<void> {
    const files = new Map<string, Uint8Array>();
    const manifest = new Map<string, Entry>();
    for (const [bundle, result] of this.#results) {
      for (const file of result.outputFiles ?? []) files.set(basename(file.path), file.contents);
      for (const [name, entry] of describe(bundle, result.metafile!)) manifest.set(name, entry);
    }
    const sorted = Object.fromEntries([...manifest].toSorted(([a], [b]) => a < b ? -1 : 1));
    await mkdir(this.path, { recursive: true });
    for (const [name, contents] of files) await writeFile(join(this.path, name), contents);
    await writeFile(join(this.path, "manifest.json.new"), JSON.stringify(sorted, null, 1) + "\n");
    await rename(join(this.path, "manifest.json.new"), join(this.path, "manifest.json"));
    for (const name of await readdir(this.path)) {
      if (name !== "manifest.json" && !files.has(name)) await rm(join(this.path, name));
    }
  }
}

function folders(bundles: Bundle[]): Folder[] {
  return [...Map.groupBy(bundles, (bundle) => bundle.folder)].map(([path, its]) =>
    new Folder(path, its)
  );
}

function context(folder: Folder, bundle: Bundle, told: (result: esbuild.BuildResult) => void) {
  const trimmed: esbuild.Plugin = {
    name: "emoji", // of each picture what the picker shows, and what is typed for it
    setup(build) {
      build.onLoad({ filter: /emojibase-data.*compact\.json$/ }, async ({ path }) => {
        const all: Record<string, unknown>[] = JSON.parse(await readFile(path, "utf-8"));
        const english = new URL("../en/shortcodes/github.json", pathToFileURL(path));
        const codes = JSON.parse(await readFile(english, "utf-8"));
        const kept = all.map(({ unicode, label, tags, group, order, hexcode }) => (
          { unicode, label, tags, group, order, codes: codes[String(hexcode)] }
        ));
        return { contents: JSON.stringify(kept), loader: "json" };
      });
    },
  };
  const apart: esbuild.Plugin = {
    name: "worklet", // of a package: a file, as ours are
    setup(build) {
      build.onLoad({ filter: /web-noise-suppressor.*workletProcessor\.js$/ }, async ({ path }) => (
        { contents: await readFile(path), loader: "file" }
      ));
    },
  };
  const ended: esbuild.Plugin = {
    name: "publish",
    setup(build) {
      build.onEnd(async (result) => {
        if (!result.errors.length) await folder.keep(bundle, result);
        told(result);
      });
    },
  };
  return esbuild.context({
    ...OPTIONS,
    entryPoints: [...bundle.entries].map(([name, path]) => ({ in: path, out: stem(name) })),
    outdir: folder.path,
    external: bundle.external,
    format: bundle.format,
    splitting: bundle.format === "esm",
    logLevel: watching ? "silent" : "warning",
    plugins: [trimmed, apart, ended],
  });
}

async function tell(folder: Folder, result: esbuild.BuildResult): Promise<void> {
  const errors = await esbuild.formatMessages(result.errors, { kind: "error" });
  console.log(JSON.stringify({ built: folder.path, errors }));
}

async function buildOnce(all: Folder[]): Promise<boolean> {
  let failed = false;
  for (const folder of all) {
    for (const bundle of folder.bundles) {
      const builder = await context(folder, bundle, () => {});
      await builder.rebuild().catch(() => failed = true); // esbuild has said where and why
      await builder.dispose();
    }
  }
  return !failed;
}

async function watch(all: Folder[]): Promise<void> {
  for (const folder of all) {
    for (const bundle of folder.bundles) {
      await (await context(folder, bundle, (result) => tell(folder, result))).watch();
    }
  }
}

const watching = Deno.args.includes("--watch");
const all = folders([...coreBundles(), ...await pluginBundles()]);
if (watching) {
  await watch(all);
} else {
  const built = await buildOnce(all);
  await esbuild.stop();
  if (!built) Deno.exit(1);
}
