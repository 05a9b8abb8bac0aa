/** The page of search: one line, its filters as chips, and what was found under headings. */

import "../app/first.ts";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import ConnectionBanner from "../app/banner.tsx";
import { BackToRooms } from "../app/frame.tsx";
import { t } from "../i18n.ts";
import { Button, IconButton } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { Tabs } from "../kit/list.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";
import { Chips } from "./chips.tsx";
import { Found, type Group, groupsOf } from "./found.tsx";
import { Searching } from "./searching.ts";

const ASK_AFTER_MS = 200;
const searches = new WeakMap<App, Searching>();

function searchingOf(app: App): Searching {
  const known = searches.get(app) ?? new Searching(app.command);
  searches.set(app, known);
  return known;
}

export default function SearchPage() {
  const app = useApp();
  const searching = searchingOf(app);
  const asked = new URLSearchParams(app.router.path.value.split("?")[1]).get("q") ?? "";
  const [line, write] = useState(asked);
  const [only, choose] = useState<Group["key"] | "all">("all");
  useEffect(() => {
    // What `ask` told the address comes back here later, when more may have been typed.
    if (asked !== searching.line.peek()) write(asked);
  }, [asked]);
  useEffect(() => {
    const timer = setTimeout(
      () => ask(app, searching, line),
      line === searching.line.value ? 0 : ASK_AFTER_MS,
    );
    return () => clearTimeout(timer);
  }, [line]);
  const box = useScroll(searching);
  const groups = groupsOf(app, searching).filter(({ count, isLate }) => count > 0 || isLate);
  const shown = groups.some(({ key }) => key === only) ? only : "all";
  return (
    <main class="panel main" id="main" tabIndex={-1} aria-label={t("search.title")}>
      <ConnectionBanner />
      <h1 class="sr">{t("search.title")}</h1>
      <div class="search-head">
        <Field line={line} onInput={write} onAsk={() => ask(app, searching, line)} />
        <Chips line={line} onChange={write} />
        {groups.length > 1 && (
          <Tabs
            label={t("search.found")}
            value={shown}
            onChange={choose}
            tabs={[{ key: "all", title: t("search.all") }, ...groups.map(counted)]}
          />
        )}
      </div>
      <div class="scroll search-found" ref={box} onKeyDown={walk}>
        <State searching={searching} isFound={groups.length > 0} />
        {groups.map((group) => (
          (shown === "all" || group.key === shown) && (
            <Found
              key={group.key}
              group={group}
              isAlone={shown === group.key}
              searching={searching}
              onAll={() => choose(group.key)}
            />
          )
        ))}
      </div>
    </main>
  );
}

function counted(group: Group) {
  return {
    key: group.key,
    title: (
      <>
        {group.title} <span class="num muted">{group.count}{group.hasMore ? "+" : ""}</span>
      </>
    ),
  };
}

/** The address follows the line, so that Back and a reload come here again. */
function ask(app: App, searching: Searching, line: string): void {
  const to = line.trim() ? `/search?q=${encodeURIComponent(line)}` : "/search";
  if (app.router.route.value.view !== "search") return;
  app.router.navigate(to, "replace");
  searching.look(line);
}

function Field(
  { line, onInput, onAsk }: {
    readonly line: string;
    readonly onInput: (line: string) => void;
    readonly onAsk: () => void;
  },
) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Enter") onAsk();
    else if (event.key === "Escape" && line) onInput("");
    else if (event.key === "ArrowDown") step(document.querySelector(".search-found"), 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="search-field">
      <BackToRooms />
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        dir="auto"
        aria-label={t("search.label")}
        placeholder={t("search.label")}
        maxLength={256}
        autocomplete="off"
        value={line}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={pressed}
      />
      {line && (
        <>
          <kbd class="kbd no-phone">Esc</kbd>
          <IconButton
            icon="x"
            label={t("search.clear")}
            onPress={() => {
              onInput("");
              input.current?.focus();
            }}
          />
        </>
      )}
    </div>
  );
}

/** What there is to say beside the results: nothing yet, nothing at all, a failure. */
function State({ searching, isFound }: {
  readonly searching: Searching;
  readonly isFound: boolean;
}) {
  const messages = searching.messages.value;
  const refusal = searching.refusal.value;
  if (!searching.line.value.trim()) return <Hints />;
  if (refusal) {
    return (
      <Empty icon="warn" title={t("search.failed")} text={refusal.message}>
        <Button icon="refresh" onPress={() => searching.again()}>{t("again")}</Button>
      </Empty>
    );
  }
  if (messages === null) return <Skeleton label={t("search.looking")} />;
  const { hits, unknown, has_older } = messages;
  return (
    <>
      <p class="sr" role="status">
        {t("search.count", { n: hits.length, more: has_older ? "+" : "" })}
      </p>
      {unknown.length > 0
        ? (
          <Empty
            icon="search"
            title={t("search.unknown", { name: unknown[0] ?? "" })}
            text={t("search.unknown_text")}
          />
        )
        : !isFound && searching.sources.value !== null && (
          <Empty icon="search" title={t("search.nothing")} text={t("search.fewer")} />
        )}
    </>
  );
}

const HINTS = ["from", "in", "has", "mentions", "after", "before", "phrase"] as const;
const VALUES = {
  from: "ada",
  in: "general",
  mentions: "ada",
  after: "2026-11-01",
  before: "2026-11-28",
} as const;

/** As it is typed: `from:ada`. */
function example(name: typeof HINTS[number]): string {
  if (name === "phrase") return t("search.hint.phrase");
  return `${t(`search.hint.${name}`)}:${name === "has" ? t("search.hint.link") : VALUES[name]}`;
}

function Hints() {
  return (
    <div class="search-hints">
      <p class="muted">{t("search.hint")}</p>
      <dl class="sm">
        {HINTS.map((name) => (
          <div key={name}>
            <dt>
              <code>{example(name)}</code>
            </dt>
            <dd>{t(`search.hint.${name}_text`)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** Up and down go from hit to hit; up from the first, to the line. */
function walk(event: KeyboardEvent): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || !(event.target instanceof Element) || !event.target.matches(".hit")) return;
  event.preventDefault();
  step(event.currentTarget as Element, by);
}

function step(box: Element | null, by: number): void {
  const hits = [...box?.querySelectorAll<HTMLElement>(".hit") ?? []];
  const at = hits.indexOf(document.activeElement as HTMLElement) + by;
  (hits[at] ?? (at < 0 ? document.querySelector<HTMLElement>(".search-field input") : null))
    ?.focus();
}

/** Who comes back finds the list where they left it. */
function useScroll(searching: Searching) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const scroll = box.current;
    if (!scroll) return;
    scroll.scrollTop = searching.scrolled;
    const moved = () => searching.scrolled = scroll.scrollTop;
    scroll.addEventListener("scroll", moved, { passive: true });
    return () => scroll.removeEventListener("scroll", moved);
  }, []);
  return box;
}
