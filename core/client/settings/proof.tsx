/** Showing that it is still they, before how they sign in is changed: by password or passkey. */

import { useState } from "preact/hooks";
import { type App, useApp } from "../app/app.ts";
import { useAnswer } from "../app/asking.ts";
import { t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { CommandError } from "../socket.ts";
import { type Passkey, signed } from "./passkeys.ts";

type Work = () => Promise<unknown>;

export interface Proof {
  /** Does it, after asking for a proof where the server wants one. Fails with other refusals. */
  readonly run: (work: Work) => Promise<void>;
  /** What has to be shown meanwhile. */
  readonly dialog: preact.JSX.Element | null;
}

export function useProof(): Proof {
  const [asked, ask] = useState<{ work: Work; end: (error?: unknown) => void } | null>(null);
  const run = async (work: Work) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof CommandError) || error.reason !== "prove") throw error;
      await new Promise<void>((done, fail) =>
        ask({ work, end: (error) => error === undefined ? done() : fail(error) })
      );
    }
  };
  const proven = async () => {
    ask(null);
    await asked?.work().then(() => asked.end(), asked.end);
  };
  const dialog = asked && (
    <ProofDialog
      onClose={() => (ask(null), asked.end())}
      onProven={() => void proven()}
    />
  );
  return { run, dialog };
}

function ProofDialog(
  { onClose, onProven }: { readonly onClose: () => void; readonly onProven: () => void },
) {
  const app = useApp();
  const [password, setPassword] = useState("");
  const { answer } = useAnswer<{ passkeys: readonly Passkey[] }>("passkey.list");
  const prove = async (body: unknown) => {
    await post(app, "/api/prove", body);
    onProven();
  };
  const withKey = async () => {
    const credential = await signed(await post(app, "/api/passkey/challenge", {}));
    if (credential) await prove({ credential });
  };
  return (
    <Dialog title={t("proof.title")} onClose={onClose}>
      <Form
        send={() => prove({ password })}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            <Submit disabled={!password}>{t("proof.go")}</Submit>
          </DialogFoot>
        }
      >
        <p class="muted">{t("proof.text")}</p>
        <TextField
          label={t("signin.password")}
          name="current"
          type="password"
          icon="lock"
          autocomplete="current-password"
          value={password}
          onInput={setPassword}
          required
        />
      </Form>
      {answer && answer.passkeys.length > 0 && (
        <Form send={withKey} foot={<Submit tone="plain" icon="key">{t("proof.key")}</Submit>}>
          {null}
        </Form>
      )}
    </Dialog>
  );
}

/** Fails with what was refused, in the reader's words. */
export async function post(app: App, address: string, body: unknown) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => null);
  const said = await answer?.json().catch(() => null);
  if (answer?.ok) return said;
  throw await app.refusals.inWords(new CommandError(said?.error ?? { code: "lost", message: "" }));
}
