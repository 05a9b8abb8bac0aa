/** How I sign in besides by password: passkeys, and a code of an app after the password. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast, useAnswer } from "../app/asking.ts";
import { moment, relative } from "../format.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { Icon } from "../kit/icon.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { toast } from "../kit/toast.tsx";
import { areKnown, made, type Passkey } from "./passkeys.ts";
import { useProof } from "./proof.tsx";

interface NewApp {
  readonly secret: string;
  readonly picture: { readonly size: number; readonly path: string };
}

export function Passkeys() {
  const app = useApp();
  const { answer, again } = useAnswer<
    { passkeys: readonly Passkey[]; are_possible: boolean }
  >("passkey.list");
  const proof = useProof();
  const [isAdding, setAdding] = useState(false);
  if (!answer || (!answer.are_possible && answer.passkeys.length === 0)) return null;
  const remove = (passkey: Passkey) =>
    orToast(proof.run(() => app.command("passkey.remove", { passkey: passkey.id }))).then(again);
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("passkeys")}</h2>
      </div>
      <p class="sm muted">{t("passkeys.text")}</p>
      <List label={t("passkeys")}>
        {answer.passkeys.map((passkey) => (
          <ListRow
            key={passkey.id}
            start={
              <span class="sq">
                <Icon name="key" />
              </span>
            }
            title={passkey.name}
            detail={passkey.used_at
              ? t("passkeys.used", { when: relative(passkey.used_at) })
              : t("passkeys.unused", { when: relative(passkey.created_at) })}
            end={
              <Button size="s" onPress={() => void remove(passkey)}>{t("passkeys.remove")}</Button>
            }
          />
        ))}
      </List>
      {areKnown && answer.are_possible && (
        <div class="row after">
          <Button icon="plus" onPress={() => setAdding(true)}>{t("passkeys.add")}</Button>
        </div>
      )}
      {isAdding && (
        <AddDialog
          onClose={() => {
            setAdding(false);
            again();
          }}
        />
      )}
      {proof.dialog}
    </section>
  );
}

function AddDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp();
  const proof = useProof();
  const [name, setName] = useState(t("passkeys.name_first"));
  const add = () =>
    proof.run(async () => {
      const { options } = await app.command("passkey.begin");
      const credential = await made(options);
      if (!credential) return;
      await app.command("passkey.add", { name: name.trim(), credential });
      toast({ text: t("passkeys.added") });
      onClose();
    });
  return (
    <>
      <Dialog title={t("passkeys.add")} onClose={onClose}>
        <Form
          send={add}
          foot={
            <DialogFoot>
              <Button onPress={onClose}>{t("cancel")}</Button>
              <Submit icon="key" disabled={!name.trim()}>{t("passkeys.go")}</Submit>
            </DialogFoot>
          }
        >
          <TextField
            label={t("passkeys.name")}
            hint={t("passkeys.name_hint")}
            name="name"
            value={name}
            onInput={setName}
            max={64}
            required
          />
        </Form>
      </Dialog>
      {proof.dialog}
    </>
  );
}

export function SecondStep() {
  const app = useApp();
  const { answer, again } = useAnswer<
    { on_since: string | null; recovery_codes_left: number }
  >("second_step.get");
  const proof = useProof();
  const [begun, begin] = useState<NewApp | null>(null);
  const [codes, show] = useState<readonly string[] | null>(null);
  if (!answer) return null;
  const start = () =>
    proof.run(async () => begin(await app.command("second_step.begin") as unknown as NewApp));
  const renew = () =>
    proof.run(async () =>
      show((await app.command("second_step.renew"))["recovery_codes"] as string[])
    );
  const stop = () => proof.run(() => app.command("second_step.turn_off").then(again));
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("codes")}</h2>
      </div>
      {answer.on_since
        ? (
          <>
            <p class="sm muted">
              {t("codes.on", {
                since: moment(answer.on_since),
                n: answer.recovery_codes_left,
              })}
            </p>
            <div class="row wrap after">
              <Button onPress={() => void orToast(renew())}>{t("codes.renew")}</Button>
              <Button tone="danger" onPress={() => void orToast(stop())}>{t("codes.stop")}</Button>
            </div>
          </>
        )
        : (
          <>
            <p class="sm muted">{t("codes.text")}</p>
            <div class="row after">
              <Button icon="shield" onPress={() => void orToast(start())}>
                {t("codes.start")}
              </Button>
            </div>
          </>
        )}
      {begun && (
        <AppDialog
          begun={begun}
          onClose={() => begin(null)}
          onDone={(recovery) => {
            begin(null);
            show(recovery);
          }}
        />
      )}
      {codes && (
        <CodesDialog
          codes={codes}
          onClose={() => {
            show(null);
            again();
          }}
        />
      )}
      {proof.dialog}
    </section>
  );
}

function AppDialog({ begun, onClose, onDone }: {
  readonly begun: NewApp;
  readonly onClose: () => void;
  readonly onDone: (recovery: readonly string[]) => void;
}) {
  const app = useApp();
  const [code, setCode] = useState("");
  const { size, path } = begun.picture;
  const confirm = async () => {
    const answer = await app.command("second_step.confirm", { code });
    onDone(answer["recovery_codes"] as string[]);
  };
  return (
    <Dialog title={t("codes.app")} onClose={onClose}>
      <Form
        send={confirm}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            <Submit disabled={!code.trim()}>{t("codes.go")}</Submit>
          </DialogFoot>
        }
      >
        <p class="muted">{t("codes.scan")}</p>
        <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={t("codes.picture")}>
          <path d={path} />
        </svg>
        <p class="sm">
          {t("codes.type")} <code class="secret">{begun.secret.match(/.{1,4}/g)?.join(" ")}</code>
        </p>
        <TextField
          label={t("codes.first")}
          hint={t("codes.first_hint")}
          name="code"
          autocomplete="one-time-code"
          value={code}
          onInput={setCode}
          max={16}
          required
        />
      </Form>
    </Dialog>
  );
}

function CodesDialog(
  { codes, onClose }: { readonly codes: readonly string[]; readonly onClose: () => void },
) {
  const copy = () =>
    navigator.clipboard.writeText(codes.join("\n")).then(() => toast({ text: t("copied") }));
  return (
    <Dialog title={t("codes.recovery")} onClose={onClose}>
      <p class="muted">{t("codes.recovery_text")}</p>
      <ul class="recovery" aria-label={t("codes.recovery")}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <DialogFoot>
        <Button icon="copy" onPress={() => void copy()}>{t("codes.copy")}</Button>
        <Button tone="primary" onPress={onClose}>{t("codes.kept")}</Button>
      </DialogFoot>
    </Dialog>
  );
}
