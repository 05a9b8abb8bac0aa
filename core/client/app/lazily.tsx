/**
 * A view, a panel or a dialog that is fetched when it is first opened, so that the first paint stays
 * small. The place of a view and of a panel at the side is kept meanwhile: nothing moves. What could
 * not be fetched is when the line is back.
 */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import { useApp } from "./app.ts";
import { styledLater } from "./styles.ts";

export function lazily<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
  kind: "view" | "aside" | "dialog" = "view",
): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [View, show] = useState<ComponentType<P> | null>(() => known);
    const [hasFailed, fail] = useState(false);
    const isGone = useApp().socket.lostAt.value !== null;
    const fetch = () => {
      fail(false);
      load()
        .then((module) => styledLater().then(() => show(() => known = module.default)))
        .catch(() => {
          fail(true);
          if (kind === "dialog") toast({ text: t("broken.title"), tone: "bad" });
        });
    };
    useEffect(() => known ? undefined : fetch(), [isGone]);
    if (View) return <View {...props} />;
    if (kind === "dialog") return null;
    const broken = hasFailed && (
      <Empty icon="wifi-off" title={t("broken.title")} text={t("net.waiting")}>
        <Button icon="refresh" onPress={fetch}>{t("again")}</Button>
      </Empty>
    );
    if (kind === "aside") {
      return (
        <aside class="panel aside" aria-label={t(broken ? "broken.title" : "loading")}>
          {broken}
        </aside>
      );
    }
    return (
      <main class="panel main" id="main">
        {broken || <Skeleton label={t("loading")} />}
      </main>
    );
  };
}
