/** Invitations: a link with an end, for so many people. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { orToast, useAnswer } from "../app/asking.ts";
import { date } from "../format.ts";
import { t } from "../i18n.ts";
import { Button, IconButton } from "../kit/button.tsx";
import { Choices, Select, TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { Icon } from "../kit/icon.tsx";
import { List, ListRow } from "../kit/list.tsx";
import { Empty, Note, Skeleton } from "../kit/place.tsx";
import { toast } from "../kit/toast.tsx";
import { may, ordered, topRole } from "../world.ts";
import type { Invitation } from "../wire.ts";

const NOTE_MAX = 200;
const DAYS = ["1", "7", "30"] as const;
const USES = ["1", "10", "100"] as const;

export function Invitations() {
  const asked = useAnswer<{ invitations: readonly Invitation[] }>("invitation.list");
  return (
    <>
      <Invite onMade={asked.again} />
      <section>
        <div class="hh">
          <h2 class="display">{t("inv.open")}</h2>
        </div>
        {asked.refusal && <p class="err" role="alert">{asked.refusal.message}</p>}
        {!asked.answer && !asked.refusal && <Skeleton label={t("loading")} lines={2} />}
        {asked.answer && <Made invitations={asked.answer.invitations} onChange={asked.again} />}
      </section>
    </>
  );
}

export function Invite({ onMade }: { readonly onMade: () => void }) {
  const app = useApp();
  const [note, setNote] = useState("");
  const [days, setDays] = useState<typeof DAYS[number]>("7");
  const [uses, setUses] = useState<typeof USES[number]>("10");
  const [kind, choose] = useState<"member" | "guest">("member");
  const [stay, setStay] = useState<typeof DAYS[number]>("1");
  const [roles, give] = useState<ReadonlySet<string>>(new Set());
  const [url, show] = useState<string | null>(null);
  const make = async () => {
    const fields = {
      days: Number(days),
      max_uses: Number(uses),
      role_ids: [...roles],
      ...(kind === "guest" ? { guest_days: Number(stay) } : {}),
      ...(note.trim() ? { note: note.trim() } : {}),
    };
    const made = await app.command("invitation.create", fields);
    show(made["url"] as string);
    onMade();
  };
  return (
    <Form
      send={make}
      foot={
        <div class="row">
          <Submit icon="link">{t("inv.make")}</Submit>
        </div>
      }
    >
      <TextField
        label={t("inv.note")}
        hint={t("inv.note_hint")}
        name="note"
        value={note}
        onInput={setNote}
        max={NOTE_MAX}
      />
      <div class="grid2">
        <Select
          label={t("inv.until")}
          value={days}
          options={DAYS.map((value) => ({ value, label: t("inv.days", { n: Number(value) }) }))}
          onChange={setDays}
        />
        <Select
          label={t("inv.for")}
          value={uses}
          options={USES.map((value) => ({ value, label: t("inv.people", { n: Number(value) }) }))}
          onChange={setUses}
        />
      </div>
      <Choices
        label={t("inv.as")}
        value={kind}
        options={[
          { value: "member", label: t("inv.member"), hint: t("inv.member_hint") },
          { value: "guest", label: t("inv.guest"), hint: t("inv.guest_hint") },
        ]}
        onChange={choose}
      />
      {kind === "guest" && (
        <Select
          label={t("inv.stays")}
          value={stay}
          options={DAYS.map((value) => ({ value, label: t("inv.days", { n: Number(value) }) }))}
          onChange={setStay}
        />
      )}
      <RolesGiven held={roles} onChange={give} />
      {url && <CopyLine text={url} />}
    </Form>
  );
}

/** Roles below one's own, which whoever comes by the link then has. */
function RolesGiven(
  { held, onChange }: {
    readonly held: ReadonlySet<string>;
    readonly onChange: (held: ReadonlySet<string>) => void;
  },
) {
  const world = useApp().store.world.value;
  const me = world.accounts.get(world.me);
  const rank = me?.is_owner ? Infinity : me ? topRole(world, me)?.position ?? 0 : 0;
  const everyone = world.community.everyone_role_id;
  const roles = ordered(world.roles).filter((role) => role.id !== everyone && role.position < rank);
  if (!may(world, "member.manage") || roles.length === 0) return null;
  const toggle = (id: string) => {
    const next = new Set(held);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  };
  return (
    <fieldset class="field">
      <legend class="lab">{t("inv.roles")}</legend>
      <div class="rolepick">
        {roles.map((role) => (
          <label key={role.id} class="choice">
            <input type="checkbox" checked={held.has(role.id)} onChange={() => toggle(role.id)} />
            <b>{role.name}</b>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

const LOOPBACK = /^(localhost|127\..*|\[::1\])$/;

/** An address to hand on, with a button that copies it. */
export function CopyLine({ text }: { readonly text: string }) {
  const copy = () =>
    navigator.clipboard.writeText(text).then(() => toast({ text: t("copied"), icon: "copy" }));
  return (
    <>
      <div class="copyline" role="status">
        <code dir="ltr">{text}</code>
        <IconButton icon="copy" label={t("copy")} onPress={() => void copy()} />
      </div>
      {LOOPBACK.test(new URL(text).hostname) && (
        <Note tone="warn" icon="link">{t("inv.only_here")}</Note>
      )}
    </>
  );
}

function Made(
  { invitations, onChange }: {
    readonly invitations: readonly Invitation[];
    readonly onChange: () => void;
  },
) {
  const app = useApp();
  const open = invitations.filter((each) =>
    !each.revoked && each.uses < each.max_uses && Date.parse(each.expires_at) > Date.now()
  );
  if (open.length === 0) {
    return <Empty icon="mail" title={t("inv.none")} text={t("inv.none_text")} />;
  }
  const nameOf = (id: string) => app.store.accounts.value.get(id)?.display_name ?? "";
  const rolesOf = (each: Invitation) =>
    each.role_ids.flatMap((id) => app.store.roles.value.get(id)?.name ?? [])
      .map((name) => `${name} · `).join("");
  const revoke = (each: Invitation) =>
    orToast(app.command("invitation.revoke", { invitation: each.id })).then(onChange);
  return (
    <List label={t("inv.open")}>
      {open.map((each) => (
        <ListRow
          key={each.id}
          start={
            <span class="sq">
              <Icon name="mail" />
            </span>
          }
          title={each.note || t("inv.by", { name: nameOf(each.inviter_id) })}
          detail={`${each.guest_days ? `${t("inv.guest")} · ` : ""}${rolesOf(each)}${
            t("inv.used", { n: each.uses, max: each.max_uses })
          } ${t("inv.ends", { date: date(each.expires_at) })}`}
          end={
            <>
              <IconButton
                icon="copy"
                label={t("inv.copy")}
                onPress={() =>
                  void navigator.clipboard.writeText(`${location.origin}/i/${each.code}`)
                    .then(() => toast({ text: t("copied"), icon: "copy" }))}
              />
              <Button size="s" onPress={() => void revoke(each)}>{t("inv.revoke")}</Button>
            </>
          }
        />
      ))}
    </List>
  );
}
