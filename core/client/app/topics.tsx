/** Pages of topics with a list at the side: the settings and the administration. */

import type { ComponentChildren, ComponentType } from "preact";
import { t } from "../i18n.ts";
import { Link } from "../kit/button.tsx";
import { Icon, type IconName } from "../kit/icon.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";
import { useApp } from "./app.ts";
import ConnectionBanner from "./banner.tsx";
import { isPhone } from "../prefs.ts";
import { BackToRooms, PanelHead, Side } from "./frame.tsx";
import { NavLink } from "./nav.tsx";
import { Contained, Filled, useFillings } from "./slot.tsx";

export interface Topic {
  readonly key: string;
  readonly title: string;
  readonly detail?: string;
  readonly icon: IconName;
  readonly View: ComponentType;
}

export interface TopicsProps {
  /** `settings` or `admin`: the first part of the address and the plugins' place. */
  readonly base: "settings" | "admin";
  readonly label: string;
  readonly head: ComponentChildren;
  readonly topics: readonly Topic[];
  readonly topic: string;
}

export function Topics({ base, label, head, topics, topic }: TopicsProps) {
  const { router } = useApp();
  const added = useFillings(base);
  const wanted = topic || topics[0]?.key || "";
  const own = topics.find((each) => each.key === wanted);
  const filling = added.find((each) => each.plugin === wanted);
  const title = own?.title ?? filling?.title?.() ?? t(base);
  const Own = own?.View;
  return (
    <>
      <Side label={label} isPage={topic === ""}>
        {head}
        <Link to="/" class="btn backlink" back>
          <Icon name="back" />
          {t("back")}
        </Link>
        <nav class="tight" aria-label={label}>
          {topics.map((each) => (
            <NavLink
              key={each.key}
              to={`/${base}/${each.key}`}
              icon={each.icon}
              current={each.key === wanted}
            >
              {each.title}
            </NavLink>
          ))}
          {added.length > 0 && <div class="sep" />}
          {added.map((each) => (
            <NavLink key={each.plugin} to={`/${base}/${each.plugin}`} icon={each.icon ?? "puzzle"}>
              {each.title?.() ?? each.plugin}
            </NavLink>
          ))}
        </nav>
      </Side>
      {(topic !== "" || !isPhone.value) && (
        <main class="panel main" id="main" tabIndex={-1} aria-label={title} key={router.path.value}>
          <ConnectionBanner />
          <PanelHead
            big
            title={title}
            {...(own?.detail ? { detail: own.detail } : {})}
            start={<BackToRooms to={`/${base}`} />}
          />
          <div class="scroll bodys" role="region" aria-label={title} tabIndex={0}>
            {Own && <Own />}
            {filling && (
              <Contained plugin={filling.plugin}>
                <Filled filling={filling} props={{}} />
              </Contained>
            )}
            {!own && !filling && <Missing plugin={wanted} base={topics.length > 0 ? base : null} />}
          </div>
        </main>
      )}
    </>
  );
}

/** A page of a plugin that is not there yet, has failed, or does not exist for this person. */
function Missing(
  { plugin, base }: { readonly plugin: string; readonly base: "settings" | "admin" | null },
) {
  const { modules } = useApp();
  if (modules.failed.value.has(plugin)) {
    return (
      <Empty icon="puzzle" title={t("plugin.down", { plugin })} text={t("plugin.down_text")} />
    );
  }
  if (!modules.isSettled.value) return <Skeleton label={t("loading")} />;
  return (
    <Empty icon="lock" title={t("set.lost")} text={t("set.lost_text")}>
      <Link to={base ? `/${base}` : "/"} class="btn primary" back>
        {t(base ?? "lost.home")}
      </Link>
    </Empty>
  );
}
