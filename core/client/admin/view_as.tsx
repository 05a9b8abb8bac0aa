/** The house as somebody with one role sees it: decided by the server, marked, left by one press. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type App, AppProvider, useApp } from "../app/app.ts";
import { useFillings } from "../app/slot.tsx";
import { t } from "../i18n.ts";
import { Link } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { Empty } from "../kit/place.tsx";
import { may, ordered } from "../world.ts";
import type { Refusal, Role } from "../wire.ts";
import { Looker, type Picture, refuse } from "./looker.ts";
import { usePermissions } from "./permissions.ts";
import { roleName } from "./roles.tsx";

/** After these the house may look otherwise to the role. */
const CHANGES = [
  "access.changed",
  "account.changed",
  "category.changed",
  "category.deleted",
  "channel.created",
  "channel.changed",
  "channel.deleted",
  "community.changed",
  "role.changed",
  "role.deleted",
  "room.opened",
  "room.changed",
  "room.closed",
];
const WORDS = [
  "message.posted",
  "message.edited",
  "message.deleted",
  "messages.deleted",
  "message.pinned",
  "message.unpinned",
];
const ASK_AFTER_MS = 100;

export interface ViewAsProps {
  /** The page without the frame around it, as it is shown to everybody. */
  readonly House: ComponentType<{ readonly onSearch: () => void }>;
  /** The pages of the administration that somebody sees. */
  readonly topicsOf: (app: App) => readonly { readonly title: string }[];
}

export function ViewAs({ House, topicsOf }: ViewAsProps) {
  const app = useApp();
  const roleId = new URLSearchParams(app.router.path.value.split("?")[1]).get("role") ?? "";
  const role = app.store.roles.value.get(roleId);
  const { looker, refusal } = useLooker(roleId);
  if (refusal || !role) {
    return (
      <main class="panel main" id="main" tabIndex={-1} aria-label={t("roles.view_as")}>
        <Empty isPage icon="eye" title={refusal?.message ?? t("set.lost")}>
          <Link to="/admin/roles" class="btn primary" back>{t("roles.all")}</Link>
        </Empty>
      </main>
    );
  }
  return looker && <Looking looker={looker} role={role} House={House} topicsOf={topicsOf} />;
}

function useLooker(roleId: string) {
  const app = useApp();
  const [looker, look] = useState<Looker | null>(null);
  const [refusal, refuse] = useState<Refusal | null>(null);
  const isOpen = app.socket.phase.value === "open";
  useEffect(() => {
    if (!isOpen) return;
    let shown: Looker | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () =>
      app.command("role.view", { role: roleId }).then((told) => {
        const picture = told as unknown as Picture;
        if (shown) return shown.show(picture);
        shown = new Looker(app, picture);
        look(shown);
      }, (error) => error.code !== "lost" && refuse(error));
    const again = () => {
      clearTimeout(timer);
      timer = setTimeout(ask, ASK_AFTER_MS);
    };
    void ask();
    const ends = [
      ...CHANGES.map((event) => app.on(event, again)),
      ...WORDS.map((event) =>
        app.on(event, (data) => {
          if (shown?.store.channels.value.has(data.channel_id)) shown.hear({ event, data });
        })
      ),
    ];
    return () => {
      clearTimeout(timer);
      ends.forEach((end) => end());
    };
  }, [roleId, isOpen]);
  return { looker, refusal };
}

function Looking(
  { looker, role, House, topicsOf }: ViewAsProps & { readonly looker: Looker; readonly role: Role },
) {
  const app = useApp();
  const me = app.store.me.value?.display_name ?? "";
  const name = roleName(app.store.world.value, role);
  const route = looker.router.route.value;
  const follow = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.origin !== location.origin) return;
    event.preventDefault();
    looker.router.navigate(link.pathname);
  };
  return (
    <div class="viewing">
      <header class="viewbar" aria-label={t("roles.view_as")}>
        <Icon name="eye" />
        <p class="grow">
          <b>{t("viewas.title", { place: app.store.community.value.name, role: name })}</b>
          <span class="sm">{t("viewas.text", { name: me })}</span>
        </p>
        <Link to={`/admin/roles?role=${role.id}`} class="btn" back>
          {t("viewas.stop")}
        </Link>
      </header>
      <AppProvider value={looker}>
        <div class={`app no-aside at-${route.view}`} onClickCapture={follow}>
          {looker.isReady.value && <House onSearch={refuse} />}
        </div>
      </AppProvider>
      <Hidden looker={looker} topicsOf={topicsOf} />
    </div>
  );
}

/** What the role cannot find, which pages of the administration it has, and what it may do. */
function Hidden(
  { looker, topicsOf }: {
    readonly looker: Looker;
    readonly topicsOf: ViewAsProps["topicsOf"];
  },
) {
  const { store } = useApp();
  const seen = looker.store.world.value;
  const places = [
    ...ordered(store.channels.value).filter((channel) => channel.room_id === null),
    ...ordered(store.rooms.value),
  ].filter(({ id }) => !seen.channels.has(id) && !seen.rooms.has(id));
  return (
    <section class="viewbar rest" aria-label={t("viewas.hidden")}>
      <p class="sm" role="status">
        {places.length === 0 ? t("viewas.sees_all") : t("viewas.hidden_places", {
          n: places.length,
          places: places.map(({ name }) => name).join(", "),
        })}
      </p>
      <AppProvider value={looker}>
        <Pages topicsOf={topicsOf} />
      </AppProvider>
      <May looker={looker} />
    </section>
  );
}

/** The pages of the administration, those of plugins last; asked of the house inside. */
function Pages({ topicsOf }: Pick<ViewAsProps, "topicsOf">) {
  const own = topicsOf(useApp()).map(({ title }) => title);
  const added = useFillings("admin").map(({ plugin, title }) => title?.() ?? plugin);
  const pages = [...own, ...added];
  return (
    <p class="sm">
      {pages.length === 0 ? t("viewas.no_admin") : t("viewas.admin", { pages: pages.join(", ") })}
    </p>
  );
}

/** What the role may do, by the names of permissions, those of plugins too. */
function May({ looker }: { readonly looker: Looker }) {
  const groups = usePermissions();
  const { world } = looker.store;
  if (!groups) return null;
  const held = groups.flatMap(({ title, permissions }) => {
    const those = permissions.filter(({ name }) => may(world.value, name));
    return those.length > 0 ? [{ title, labels: those.map(({ label }) => label) }] : [];
  });
  return (
    <details class="sm">
      <summary>
        {t("viewas.may", { n: held.reduce((sum, { labels }) => sum + labels.length, 0) })}
      </summary>
      <dl>
        {held.map(({ title, labels }) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{labels.join(", ")}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
