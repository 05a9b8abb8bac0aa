/** My devices that notifications are sent to: what each is told, until when it is not disturbed. */

import { useApp } from "../app/app.ts";
import { orToast, useAnswer } from "../app/asking.ts";
import { moment } from "../format.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { List, ListRow } from "../kit/list.tsx";
import type { Session } from "../wire.ts";

export interface Device {
  readonly session_id: string;
  readonly named: boolean;
  readonly between: boolean;
  readonly hides_text: boolean;
  readonly tags: boolean;
  readonly busy_until: string | null;
}

interface Props {
  readonly devices: readonly Device[];
  /** The sign-in of this page. */
  readonly here: string;
  readonly again: () => void;
}

export function NotifiedDevices({ devices, here, again }: Props) {
  const { answer } = useAnswer<{ sessions: readonly Session[] }>("session.list");
  const names = new Map(answer?.sessions.map((one) => [one.id, one.device]));
  if (devices.length === 0) return null;
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("notify.devices")}</h2>
      </div>
      <List label={t("notify.devices")}>
        {devices.map((device) => (
          <DeviceRow
            key={device.session_id}
            device={device}
            name={names.get(device.session_id) || t("signin.some_device")}
            isHere={device.session_id === here}
            again={again}
          />
        ))}
      </List>
    </section>
  );
}

function DeviceRow({ device, name, isHere, again }: {
  readonly device: Device;
  readonly name: string;
  readonly isHere: boolean;
  readonly again: () => void;
}) {
  const app = useApp();
  const session = device.session_id;
  const isBusy = device.busy_until !== null && Date.parse(device.busy_until) > Date.now();
  const about = [
    isHere && t("signin.this_device"),
    isBusy && t("notify.busy", { time: moment(device.busy_until ?? "") }),
    device.hides_text && t("notify.hidden"),
  ];
  const ask = (command: string, fields = {}) =>
    void orToast(app.command(command, { session, ...fields })).then(again);
  return (
    <ListRow
      start={
        <span class={isHere ? "sq a" : "sq"}>
          <Icon name="screen" />
        </span>
      }
      title={name}
      detail={about.filter(Boolean).join(" · ")}
      end={!isHere && (
        <div class="row">
          {isBusy && (
            <Button size="s" onPress={() => ask("push.change", { busy_for_s: 0 })}>
              {t("notify.busy_end")}
              <span class="sr">, {name}</span>
            </Button>
          )}
          <Button size="s" onPress={() => ask("push.unsubscribe")}>
            {t("notify.stop")}
            <span class="sr">, {name}</span>
          </Button>
        </div>
      )}
    />
  );
}
