/** What the server keeps of me: a copy of it, and the end of it. */

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast, useAnswer } from "../app/asking.ts";
import { moment } from "../format.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { Choices, TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { Icon } from "../kit/icon.tsx";
import { Skeleton } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import { bytes } from "../sizes.ts";
import { post } from "./proof.tsx";

const LOOK_AGAIN_MS = 3_000;

interface Export {
  readonly asked_at: string;
  readonly ready_at: string | null;
  readonly expires_at: string | null;
  readonly size_bytes: number | null;
  readonly is_awaited: boolean;
  readonly problem: string | null;
}

interface Deletion {
  readonly due_at: string;
  readonly keeps_content: boolean;
}

interface Answer {
  readonly export: Export | null;
  readonly deletion: Deletion | null;
  readonly deletion_days: number;
}

export function OwnData() {
  const { answer, refusal, again } = useAnswer<Answer>("account.own_data");
  const isAwaited = answer?.export?.is_awaited === true;
  useEffect(() => {
    if (!isAwaited) return;
    const timer = setInterval(again, LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [isAwaited]);
  if (refusal) return <p class="err" role="alert">{refusal.message}</p>;
  if (!answer) return <Skeleton label={t("loading")} lines={4} />;
  return (
    <>
      <Copy made={answer.export} onAsked={again} />
      <End deletion={answer.deletion} days={answer.deletion_days} onChanged={again} />
    </>
  );
}

function Copy({ made, onAsked }: { readonly made: Export | null; readonly onAsked: () => void }) {
  const app = useApp();
  const [isAsking, ask] = useState(false);
  const [current, setCurrent] = useState("");
  const close = () => {
    ask(false);
    setCurrent("");
  };
  const order = async () => {
    await post(app, "/api/export", { current });
    close();
    onAsked();
  };
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("data.copy")}</h2>
      </div>
      <p class="muted measure">{t("data.copy_text")}</p>
      <div role="status" class="row made">{made && <State made={made} />}</div>
      <div class="row wrap">
        {made?.ready_at && (
          <a class="btn primary" href="/api/export" download>
            <Icon name="dl" />
            {t("data.fetch", { size: bytes(made.size_bytes ?? 0) })}
          </a>
        )}
        {!made?.is_awaited && <Button onPress={() => ask(true)}>{t("data.ask")}</Button>}
      </div>
      {isAsking && (
        <Dialog title={t("data.ask_title")} onClose={close}>
          <Form
            send={order}
            foot={
              <DialogFoot>
                <Button onPress={close}>{t("cancel")}</Button>
                <Submit disabled={!current}>{t("data.ask")}</Submit>
              </DialogFoot>
            }
          >
            <p class="muted">{t("data.ask_text")}</p>
            <Password value={current} onInput={setCurrent} />
          </Form>
        </Dialog>
      )}
    </section>
  );
}

function State({ made }: { readonly made: Export }) {
  if (made.expires_at) return <>{t("data.ready", { until: moment(made.expires_at) })}</>;
  if (made.problem) {
    return <>{t(made.problem === "disk_full" ? "data.disk_full" : "data.failed")}</>;
  }
  if (!made.is_awaited) return null;
  return (
    <>
      <span class="spin" />
      {t("data.making")}
    </>
  );
}

function End(
  { deletion, days, onChanged }: {
    readonly deletion: Deletion | null;
    readonly days: number;
    readonly onChanged: () => void;
  },
) {
  const app = useApp();
  const [isAsking, ask] = useState(false);
  const stay = async () => {
    if (!await orToast(app.command("account.keep"))) return;
    toast({ text: t("data.stays") });
    onChanged();
  };
  const done = () => {
    ask(false);
    onChanged();
  };
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("data.end")}</h2>
      </div>
      {deletion
        ? (
          <>
            <p class="measure" role="status">
              {t(deletion.keeps_content ? "data.due_kept" : "data.due", {
                at: moment(deletion.due_at),
              })}
            </p>
            <Button tone="primary" onPress={() => void stay()}>{t("data.stay")}</Button>
          </>
        )
        : app.store.me.value?.is_owner
        ? <p class="muted measure">{t("data.owner")}</p>
        : (
          <>
            <p class="muted measure">
              {days ? t("data.end_text", { n: days }) : t("data.end_now")}
            </p>
            <Button tone="danger" onPress={() => ask(true)}>{t("data.leave")}</Button>
          </>
        )}
      {isAsking && <Leave days={days} onClose={() => ask(false)} onDone={done} />}
    </section>
  );
}

function Leave(
  { days, onClose, onDone }: {
    readonly days: number;
    readonly onClose: () => void;
    readonly onDone: () => void;
  },
) {
  const app = useApp();
  const [content, choose] = useState<"remove" | "keep">("remove");
  const [handle, setHandle] = useState("");
  const [current, setCurrent] = useState("");
  const leave = async () => {
    await post(app, "/api/deletion", { handle, current, keeps_content: content === "keep" });
    onDone();
  };
  return (
    <Dialog title={t("data.leave_title")} onClose={onClose}>
      <Form
        send={leave}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("data.stay")}</Button>
            <Submit tone="danger" disabled={!handle || !current}>{t("data.leave")}</Submit>
          </DialogFoot>
        }
      >
        <p class="muted">
          {days ? t("data.leave_text", { n: days }) : t("data.leave_now")}
        </p>
        <Choices
          label={t("data.content")}
          value={content}
          options={[
            { value: "remove", label: t("data.remove"), hint: t("data.remove_hint") },
            { value: "keep", label: t("data.keep"), hint: t("data.keep_hint") },
          ]}
          onChange={choose}
        />
        <TextField
          label={t("data.handle", { handle: app.store.me.value?.handle ?? "" })}
          name="handle"
          value={handle}
          onInput={setHandle}
          required
        />
        <Password value={current} onInput={setCurrent} />
      </Form>
    </Dialog>
  );
}

function Password(
  { value, onInput }: { readonly value: string; readonly onInput: (value: string) => void },
) {
  return (
    <TextField
      label={t("signin.current")}
      name="current"
      type="password"
      icon="lock"
      autocomplete="current-password"
      value={value}
      onInput={onInput}
      required
    />
  );
}
