/** One place of the page, with everything plugins have put there; each fails alone. */

import type { ComponentChildren, ComponentType } from "preact";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Boundary, Empty } from "../kit/place.tsx";
import type { Room } from "../wire.ts";
import { useApp } from "./app.ts";
import type { Filling, Place, SlotProps } from "./slots.ts";

/** The fillings that are there for this person and room. */
export function useFillings<P extends Place>(place: P, room?: Room): readonly Filling<P>[] {
  const all = useApp().slots.of(place);
  return all.filter((filling) => {
    try {
      return filling.when?.(room ? { room } : {}) ?? true;
    } catch (error) {
      console.error(`The plugin ${filling.plugin} failed in ${place}`, error);
      return false;
    }
  });
}

export function Slot<P extends Place>(
  { place, props, room }: { place: P; props: SlotProps[P]; readonly room?: Room },
) {
  return (
    <>
      {useFillings(place, room).map((filling, at) => (
        <Contained key={`${filling.plugin}-${at}`} plugin={filling.plugin} quiet>
          <Filled filling={filling} props={props} />
        </Contained>
      ))}
    </>
  );
}

export function Filled<P extends Place>(
  { filling, props }: { readonly filling: Filling<P>; readonly props: SlotProps[P] },
) {
  const Inside = filling.component as ComponentType<SlotProps[P]>;
  // deno-lint-ignore no-explicit-any
  return <Inside {...(props as any)} />;
}

/** `quiet` leaves the place empty; otherwise it says which plugin is not answering. */
export function Contained(
  { plugin, quiet = false, children }: {
    readonly plugin: string;
    readonly quiet?: boolean;
    readonly children: ComponentChildren;
  },
) {
  const say = (again: () => void) => (
    <Empty icon="puzzle" title={t("plugin.down", { plugin })} text={t("plugin.down_text")}>
      <Button icon="refresh" onPress={again}>{t("plugin.again")}</Button>
    </Empty>
  );
  return (
    <Boundary name={`The plugin ${plugin}`} {...(quiet ? {} : { fallback: say })}>
      {children}
    </Boundary>
  );
}
