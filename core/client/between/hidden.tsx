/** One line in place of what was written by people whom I have blocked. */

import { loadWords, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";

await loadWords("between");

export default function HiddenRow(
  { count, onShow }: { readonly count: number; readonly onShow: () => void },
) {
  return (
    <span class="xs muted row">
      <Icon name="minus" />
      <span>{t("between.hidden", { n: count })}</span>
      <Button size="s" tone="ghost" onPress={onShow}>{t("between.show")}</Button>
    </span>
  );
}
