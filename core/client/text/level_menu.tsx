/** What I want to be told of one channel, for good or for a while. */

import "../app/first.ts";
import { isQuiet } from "../app/attention.ts";
import { useApp } from "../app/app.ts";
import { moment } from "../format.ts";
import { type Key, t } from "../i18n.ts";
import { Menu, MenuItem, MenuLine } from "../kit/menu.tsx";
import { toast } from "../kit/toast.tsx";
import type { Channel, Level } from "../wire.ts";

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
const LEVELS = ["everything", "mentions", "nothing"] as const;

export default function LevelMenu(
  { channel, anchor, onClose }: {
    readonly channel: Channel;
    readonly anchor: Element;
    readonly onClose: () => void;
  },
) {
  const app = useApp();
  const known = app.levels.value.get(channel.id);
  const level: Level["level"] = known?.level ?? "mentions";
  const isMuted = level !== "nothing" && isQuiet(known, Date.now());
  const set = (fields: { level: Level["level"]; muted_for_s?: number }) =>
    void app.command("level.set", { channel: channel.id, ...fields }).then(
      () => toast({ text: t("level.kept"), icon: "bell" }),
      (error) => toast({ text: error.message, tone: "bad" }),
    );
  return (
    <Menu label={t("level.of", { room: channel.name })} anchor={anchor} onClose={onClose}>
      {LEVELS.map((each) => (
        <MenuItem
          key={each}
          {...(each === level ? { icon: "check" as const } : {})}
          onPress={() => set({ level: each })}
        >
          {t(`level.${each}` as Key)}
        </MenuItem>
      ))}
      <MenuLine />
      {isMuted
        ? (
          <MenuItem icon="bell" onPress={() => set({ level })}>
            {t("level.unmute")} ({t("level.muted_until", {
              time: moment(known?.muted_until ?? ""),
            })})
          </MenuItem>
        )
        : (
          <>
            <MenuItem icon="moon" onPress={() => set({ level, muted_for_s: HOUR_S })}>
              {t("level.mute_1h")}
            </MenuItem>
            <MenuItem icon="moon" onPress={() => set({ level, muted_for_s: DAY_S })}>
              {t("level.mute_day")}
            </MenuItem>
          </>
        )}
    </Menu>
  );
}
