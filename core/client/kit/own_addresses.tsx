/**
 * Secret addresses of one's own, which other programs fetch: each is made here, shown this once, and
 * revoked. A plugin brings the asking; what such an address is looks the same everywhere.
 */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { relative } from "../format.ts";
import { t } from "../i18n.ts";
import { Button } from "./button.tsx";
import { Dialog, DialogFoot } from "./dialog.tsx";
import { Form, Submit } from "./form.tsx";
import { List, ListRow } from "./list.tsx";
import { toast } from "./toast.tsx";

/** One of them, without what makes it secret. */
export interface OwnAddress {
  readonly id: string;
  /** What it leads to, where that differs. */
  readonly holds?: string;
  readonly made_at: string;
  /** When a program last asked. */
  readonly fetched_at: string | null;
}

export interface OwnAddressesProps {
  readonly title: string;
  readonly text: string;
  readonly known: () => Promise<readonly OwnAddress[]>;
  /** Makes one and returns it whole. */
  readonly make: () => Promise<string>;
  /** Says itself when it is refused. */
  readonly revoke: (id: string) => Promise<unknown>;
  readonly onClose: () => void;
  /** What is chosen before one is made. */
  readonly children?: ComponentChildren;
}

export default function OwnAddresses(props: OwnAddressesProps) {
  const [addresses, show] = useState<readonly OwnAddress[]>([]);
  const [made, tell] = useState<{ readonly url: string; readonly id?: string } | null>(null);
  const ask = async () => {
    const known = await props.known();
    show(known);
    return known;
  };
  useEffect(() => void ask().catch(() => {}), []);
  const make = async () => {
    const url = await props.make();
    tell({ url });
    const id = (await ask()).find((each) => !addresses.some((old) => old.id === each.id))?.id;
    if (id) tell({ url, id });
  };
  const revoke = async (id: string) => {
    await props.revoke(id);
    const isThere = (await ask()).some((each) => each.id === id);
    if (!isThere && made?.id === id) tell(null);
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <Form
        send={make}
        foot={
          <DialogFoot>
            <Button onPress={props.onClose}>{t("close")}</Button>
            <Submit>{t("address.make")}</Submit>
          </DialogFoot>
        }
      >
        <p class="sm muted">{props.text}</p>
        {made && <NewAddress url={made.url} />}
        {addresses.length > 0 && (
          <List label={t("address.own")}>
            {addresses.map((address) => (
              <Row
                key={address.id}
                address={address}
                onRevoke={() => void revoke(address.id)}
              />
            ))}
          </List>
        )}
        {props.children}
      </Form>
    </Dialog>
  );
}

function NewAddress({ url }: { readonly url: string }) {
  const copy = () =>
    navigator.clipboard.writeText(url).then(
      () => toast({ text: t("copied"), icon: "copy" }),
      () => toast({ text: t("share.not_copied"), tone: "bad" }),
    );
  return (
    <div class="note warn own-address" role="status">
      <div class="grow">
        <b>{t("address.new")}</b>
        <code dir="ltr">{url}</code>
      </div>
      <Button size="s" icon="copy" onPress={() => void copy()}>{t("address.copy")}</Button>
    </div>
  );
}

function Row(
  { address, onRevoke }: { readonly address: OwnAddress; readonly onRevoke: () => void },
) {
  const { holds, made_at, fetched_at } = address;
  const made = t("address.made", { when: relative(made_at) });
  const asked = fetched_at
    ? t("address.fetched", { when: relative(fetched_at) })
    : t("address.unused");
  const what = holds ?? made;
  return (
    <ListRow
      title={what}
      detail={holds ? `${made}, ${asked}` : asked}
      end={
        <button
          type="button"
          class="btn s danger"
          aria-label={t("address.revoke_which", { what })}
          onClick={onRevoke}
        >
          {t("address.revoke")}
        </button>
      }
    />
  );
}
