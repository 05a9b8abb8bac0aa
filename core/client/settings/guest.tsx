/** A guest becomes a member: a name to sign in with, and a password. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { date } from "../format.ts";
import { t } from "../i18n.ts";
import { TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { Note } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";

export function StayForm({ until }: { readonly until: string }) {
  const app = useApp();
  const [handle, setHandle] = useState("");
  const [password, setPassword] = useState("");
  const stay = async () => {
    await app.command("account.stay", { handle: handle.trim(), password });
    toast({ text: t("guest.stayed") });
  };
  return (
    <Form
      send={stay}
      foot={
        <div class="row">
          <Submit disabled={!handle.trim() || !password}>{t("guest.stay")}</Submit>
        </div>
      }
    >
      <Note icon="clock">{t("guest.until", { date: date(until) })}</Note>
      <TextField
        label={t("profile.handle")}
        name="handle"
        value={handle}
        onInput={setHandle}
        max={32}
        autocomplete="username"
      />
      <TextField
        label={t("guest.password")}
        name="password"
        type="password"
        value={password}
        onInput={setPassword}
        autocomplete="new-password"
      />
    </Form>
  );
}
