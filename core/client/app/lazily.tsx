/**
 * A view, a panel or a dialog that is fetched when it is first opened, so that the first paint stays
 * small. The place of a view and of a panel at the side is kept meanwhile: nothing moves.
 */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Empty, Skeleton } from "../kit/place.tsx";
import { styledLater } from "./styles.ts";

export function lazily<P extends object>(
  load: () => Promise<{ default: ComponentType<P> }>,
  kind: "view" | "aside" | "dialog" = "view",
): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [View, show] = useState<ComponentType<P> | null>(() => known);
    const [hasFailed, fail] = useState(false);
    const fetch = () => {
      fail(false);
      load()
        .then((module) => styledLater().then(() => show(() => known = module.default)))
        .catch(() => fail(true));
    };
    useEffect(() => known ? undefined : fetch(), []);
    if (View) return <View {...props} />;
    if (kind === "dialog" && !hasFailed) return null;
    if (kind === "aside" && !hasFailed) {
      return <aside class="panel aside" aria-label={t("loading")} />;
    }
    return (
      <main class="panel main" id="main">
        {hasFailed
          ? (
            <Empty icon="wifi-off" title={t("broken.title")} text={t("net.waiting")}>
              <Button icon="refresh" onPress={fetch}>{t("again")}</Button>
            </Empty>
          )
          : <Skeleton label={t("loading")} />}
      </main>
    );
  };
}
