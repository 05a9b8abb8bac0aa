/** Sign-in and devices: where I am signed in, my password, the way out. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast, useAnswer } from "../app/asking.ts";
import { relative } from "../format.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { Icon } from "../kit/icon.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { Skeleton } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import { leaveDevice } from "../offline/leaving.ts";
import { Shelf } from "../text/shelf.ts";
import type { Session } from "../wire.ts";
import { MailAddress } from "./mail.tsx";
import { post } from "./proof.tsx";
import { Passkeys, SecondStep } from "./ways_in.tsx";

export function SignIn() {
  const app = useApp();
  const [changes, setChanges] = useState(0);
  const leave = (event: SubmitEvent) => {
    event.preventDefault();
    app.isLeaving = true;
    new Shelf(localStorage, app.store.world.value.me).clear();
    const form = event.currentTarget as HTMLFormElement;
    void leaveDevice().finally(() => form.submit());
  };
  return (
    <>
      <Sessions key={changes} />
      <Passkeys />
      <SecondStep />
      <MailAddress />
      <Password onChanged={() => setChanges(changes + 1)} />
      <section>
        <form method="post" action="/signout" onSubmit={leave}>
          <Button type="submit" icon="leave">{t("signin.out")}</Button>
        </form>
      </section>
    </>
  );
}

function Sessions() {
  const app = useApp();
  const { answer, refusal, again } = useAnswer<{ sessions: readonly Session[] }>("session.list");
  const end = (session: Session) =>
    orToast(app.command("session.revoke", { session: session.id })).then(again);
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("signin.devices")}</h2>
      </div>
      {refusal && <p class="err" role="alert">{refusal.message}</p>}
      {!answer && !refusal && <Skeleton label={t("loading")} lines={2} />}
      <List label={t("signin.devices")}>
        {answer?.sessions.map((session) => (
          <ListRow
            key={session.id}
            start={
              <span class={session.is_current ? "sq a" : "sq"}>
                <Icon name="screen" />
              </span>
            }
            title={session.device || t("signin.some_device")}
            detail={session.is_current
              ? t("signin.this_device")
              : t("signin.seen", { when: relative(session.seen_at) })}
            end={!session.is_current && (
              <Button size="s" onPress={() => void end(session)}>{t("signin.end")}</Button>
            )}
          />
        ))}
      </List>
    </section>
  );
}

/** A new password ends the sessions elsewhere: whoever lists them looks again. */
function Password({ onChanged }: { readonly onChanged: () => void }) {
  const app = useApp();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const save = async () => {
    // other devices are signed out by the server
    await post(app, "/api/password", { current, new: next });
    setCurrent("");
    setNext("");
    toast({ text: t("signin.changed") });
    onChanged();
  };
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("signin.password")}</h2>
      </div>
      <Form
        class="narrow"
        send={save}
        foot={
          <div class="row">
            <Submit disabled={!current || !next}>{t("signin.change")}</Submit>
          </div>
        }
      >
        <TextField
          label={t("signin.current")}
          name="current"
          type="password"
          icon="lock"
          autocomplete="current-password"
          value={current}
          onInput={setCurrent}
          required
        />
        <TextField
          label={t("signin.new")}
          name="password"
          hint={t("signin.new_hint")}
          type="password"
          icon="key"
          autocomplete="new-password"
          value={next}
          onInput={setNext}
          required
        />
      </Form>
    </section>
  );
}
