/** Where letters reach me, if anywhere: for links to come in, and a digest if I want one. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast, useAnswer } from "../app/asking.ts";
import { language, t } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { SwitchRow, TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { useProof } from "./proof.tsx";

interface Mail {
  readonly is_on: boolean;
  readonly address: string | null;
  readonly wanted: string | null;
  readonly digest: boolean;
}

export function MailAddress() {
  const app = useApp();
  const { answer, again } = useAnswer<Mail>("mail.get");
  const proof = useProof();
  const [address, setAddress] = useState("");
  if (!answer?.is_on) return null;
  const want = () =>
    proof.run(async () => {
      await app.command("mail.want", { address: address.trim(), language: language.value });
      setAddress("");
      again();
    });
  const remove = () => orToast(proof.run(() => app.command("mail.remove")).then(again));
  const wish = (digest: boolean) => orToast(app.command("mail.digest", { digest }).then(again));
  return (
    <section>
      <div class="hh">
        <h2 class="display">{t("mail")}</h2>
      </div>
      <p class="sm muted" role="status">
        {answer.address
          ? t("mail.address_is", { address: answer.address })
          : t("mail.address_none")}
        {answer.wanted && ` ${t("mail.wanted", { address: answer.wanted })}`}
      </p>
      {answer.address && (
        <ul class="list" aria-label={t("mail")}>
          <SwitchRow
            label={t("mail.digest")}
            hint={t("mail.digest_hint")}
            on={answer.digest}
            onChange={(on) => void wish(on)}
          />
        </ul>
      )}
      <Form
        class="narrow after"
        send={want}
        foot={
          <div class="row wrap">
            <Submit tone="plain" disabled={!address.trim()}>{t("mail.send")}</Submit>
            {(answer.address || answer.wanted) && (
              <Button onPress={() => void remove()}>{t("mail.remove")}</Button>
            )}
          </div>
        }
      >
        <TextField
          label={t(answer.address ? "mail.other" : "mail.yours")}
          hint={t("mail.hint")}
          name="address"
          icon="mail"
          autocomplete="email"
          value={address}
          onInput={setAddress}
          max={254}
        />
      </Form>
      {proof.dialog}
    </section>
  );
}
