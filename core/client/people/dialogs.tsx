/** What is shown of people over everything else: one of them, all of them, the rules they keep. */

import "../app/first.ts";
import type { Opened } from "../app/app.ts";
import { useApp } from "../app/app.ts";
import { loadWords } from "../i18n.ts";
import { PeopleDialog } from "./people_dialog.tsx";
import { ProfileCard } from "./profile_card.tsx";
import { RulesDialog } from "./rules_dialog.tsx";
import { StepDialog } from "./step_dialog.tsx";
import { WarningDialog } from "./warning_dialog.tsx";

await Promise.all([loadWords("people"), loadWords("between")]);

export default function PeopleDialogs({ opened }: { readonly opened: Opened }) {
  const app = useApp();
  const close = () => app.opened.value = null;
  switch (opened.what) {
    case "person":
      return <ProfileCard key={opened.id} id={opened.id} onClose={close} />;
    case "people":
      return <PeopleDialog onClose={close} />;
    case "rules":
      return <RulesDialog onClose={close} />;
    case "second_step":
      return <StepDialog onClose={close} />;
    case "warning":
      return <WarningDialog onClose={close} />;
  }
}
