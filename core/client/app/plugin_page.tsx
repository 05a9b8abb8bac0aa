/** The page of a plugin. */

import "./first.ts";
import { t } from "../i18n.ts";
import { Empty, Skeleton } from "../kit/place.tsx";
import { useApp } from "./app.ts";
import { BackToRooms, PanelHead } from "./frame.tsx";
import NotFound from "./not_found.tsx";
import { Contained, Filled, useFillings } from "./slot.tsx";

/** Not there yet, failed, or not there at all. */
function PluginMissing({ plugin }: { readonly plugin: string }) {
  const { modules } = useApp();
  const hasFailed = modules.failed.value.has(plugin);
  if (modules.isSettled.value && !hasFailed) return <NotFound />;
  return (
    <main class="panel main" id="main" tabIndex={-1} aria-label={plugin}>
      <header class="head only-phone">
        <BackToRooms />
      </header>
      {hasFailed
        ? (
          <Empty
            isPage
            icon="puzzle"
            title={t("plugin.down", { plugin })}
            text={t("plugin.down_text")}
          />
        )
        : <Skeleton label={t("loading")} />}
    </main>
  );
}

export default function PluginPage(
  { plugin, path }: { readonly plugin: string; readonly path: string },
) {
  const page = useFillings("page").find((filling) => filling.plugin === plugin);
  if (!page) return <PluginMissing plugin={plugin} />;
  const inside = (
    <Contained plugin={plugin}>
      <Filled filling={page} props={{ path }} />
    </Contained>
  );
  return (
    <main class="panel main" id="main" tabIndex={-1} aria-label={page.title?.() ?? plugin}>
      {page.ownHead ? inside : (
        <>
          <PanelHead big title={page.title?.() ?? plugin} start={<BackToRooms />} />
          <div class="scroll leaf">{inside}</div>
        </>
      )}
    </main>
  );
}
