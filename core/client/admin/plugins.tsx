/** Plugins: how each is, in words; one that was set aside can be taken up again. */

import { useEffect } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast, useAnswer } from "../app/asking.ts";
import { type Key, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { Empty, Note, Skeleton } from "../kit/place.tsx";
import type { PluginInfo } from "../wire_keeping.ts";

const HEALTHY = "running";
const STATES: Readonly<Record<string, Key>> = {
  running: "adm.healthy",
  failed: "adm.failed",
  off: "adm.off",
  refused: "adm.refused",
  starting: "adm.starting",
  stopped: "adm.stopped",
  suspended: "adm.set_aside",
};

const REASONS: Readonly<Record<string, Key>> = {
  failing: "adm.why_failing",
  needs: "adm.why_needs",
  not_listed: "adm.why_not_listed",
  startup: "adm.why_startup",
  unfit: "adm.why_unfit",
};

const CAPABILITIES: Readonly<Record<string, Key>> = {
  conversations: "adm.given_conversations",
};

export function Plugins() {
  const app = useApp();
  const { answer, refusal, again } = useAnswer<{ plugins: readonly PluginInfo[] }>("plugin.list");
  useEffect(() => app.on("plugins.changed", again), []);
  if (refusal) {
    return (
      <Empty icon="puzzle" title={refusal.message}>
        <Button icon="refresh" onPress={again}>{t("again")}</Button>
      </Empty>
    );
  }
  if (!answer) return <Skeleton label={t("loading")} lines={3} />;
  return (
    <>
      <Note icon="file">{t("adm.plugins_note")}</Note>
      <List label={t("adm.plugins")}>
        {answer.plugins.map((plugin) => <Row key={plugin.name} plugin={plugin} onChange={again} />)}
      </List>
    </>
  );
}

function Row({ plugin, onChange }: { readonly plugin: PluginInfo; readonly onChange: () => void }) {
  const app = useApp();
  const isHealthy = plugin.state === HEALTHY;
  const why = REASONS[plugin.reason ?? ""];
  const resume = () =>
    orToast(app.command("plugin.resume", { plugin: plugin.name })).then(onChange);
  return (
    <ListRow
      start={
        <span class={isHealthy ? "sq a" : "sq"}>
          <Icon name="puzzle" />
        </span>
      }
      title={plugin.title || plugin.name}
      detail={
        <>
          {`${plugin.name} ${plugin.version}`}
          {plugin.faults > 0 && ` · ${t("adm.faults", { n: plugin.faults })}`}
          {plugin.capabilities.map((each) => {
            const needs = CAPABILITIES[each];
            return needs && <span key={each} class="detail">{t(needs)}</span>;
          })}
          {why && <span class="detail">{t(why)}</span>}
          {plugin.detail && <code class="detail" lang="en">{plugin.detail}</code>}
          {plugin.where && <code class="detail">{plugin.where}</code>}
        </>
      }
      end={
        <>
          <span class={isHealthy ? "pill ok" : "pill warn"}>
            {t(STATES[plugin.state] ?? "adm.off")}
          </span>
          {!isHealthy && <Button size="s" onPress={() => void resume()}>{t("adm.resume")}</Button>}
        </>
      }
    />
  );
}
