/** The head of a panel and the ways around it on a phone. */

import type { ComponentChildren } from "preact";
import { t } from "../i18n.ts";
import { Link } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { isPhone } from "../prefs.ts";

export interface PanelHeadProps {
  readonly title: string;
  readonly detail?: ComponentChildren;
  readonly start?: ComponentChildren;
  readonly big?: boolean;
  /** Buttons at the end. */
  readonly children?: ComponentChildren;
}

export function PanelHead({ title, detail, start, big, children }: PanelHeadProps) {
  return (
    <header class={big ? "head big" : "head"}>
      {start}
      <div class="grow">
        <h1 class="display trunc" title={title}>
          <bdi>{title}</bdi>
        </h1>
        {detail && <span class="trunc xs muted">{detail}</span>}
      </div>
      {children}
    </header>
  );
}

/** The list at the side; on a phone, where one has gone to it, the page itself. */
export function Side(
  { label, isPage, children }: {
    readonly label: string;
    readonly isPage: boolean;
    readonly children: ComponentChildren;
  },
) {
  if (!isPage || !isPhone.value) return <aside class="side" aria-label={label}>{children}</aside>;
  return (
    <main class="side" id="main" tabIndex={-1} aria-label={label}>
      <h1 class="sr">{label}</h1>
      {children}
    </main>
  );
}

/** On phones a room covers the list, and a page of settings its list: the way back to it. */
export function BackToRooms({ to = "/rooms" }: { readonly to?: string }) {
  return (
    <span class="only-phone">
      <Link to={to} class="ib" label={t(to === "/rooms" ? "back" : "back_up")} back>
        <Icon name="back" />
      </Link>
    </span>
  );
}
