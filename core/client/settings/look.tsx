/** Look and language of this device. */

import { chooseLanguage, language, LANGUAGES, t } from "../i18n.ts";
import { Choices, SwitchRow } from "../kit/field.tsx";
import { showsCards, theme } from "../prefs.ts";

export function Look() {
  return (
    <>
      <Choices
        label={t("look.theme")}
        value={theme.value}
        options={[
          { value: "system", label: t("look.system") },
          { value: "light", label: t("look.light") },
          { value: "dark", label: t("look.dark") },
        ]}
        onChange={(choice) => theme.value = choice}
      />
      <Choices
        label={t("look.language")}
        value={language.value}
        options={LANGUAGES}
        onChange={(choice) => void chooseLanguage(choice)}
      />
      <ul class="rows">
        <SwitchRow
          label={t("look.cards")}
          hint={t("look.cards_hint")}
          on={showsCards.value}
          onChange={(shows) => showsCards.value = shows}
        />
      </ul>
    </>
  );
}
