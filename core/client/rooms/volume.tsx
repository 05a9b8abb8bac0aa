/** How loud somebody is for me, on this device. */

import { useApp } from "../app/app.ts";
import { language, t } from "../i18n.ts";
import { Icon } from "../kit/icon.tsx";
import { setVolume, VOLUME_MAX, volumeOf } from "../loudness.ts";

export function Volume({ accountId, name }: { readonly accountId: string; readonly name: string }) {
  const privacy = useApp().store.privacy.value;
  const percent = Math.round(volumeOf(accountId, privacy) * 100);
  const isBlocked = privacy.blocked.includes(accountId);
  return (
    <label class="volr">
      <Icon name={percent === 0 ? "vol-off" : "vol"} />
      <input
        type="range"
        min={0}
        max={VOLUME_MAX * 100}
        step={5}
        value={percent}
        aria-label={t(isBlocked ? "person.volume_blocked" : "person.volume", { name })}
        onInput={(event) => {
          setVolume(accountId, privacy, Number(event.currentTarget.value) / 100);
        }}
      />
      <span class="xs num">
        {(percent / 100).toLocaleString(language.value, { style: "percent" })}
      </span>
    </label>
  );
}
