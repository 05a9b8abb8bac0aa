/** Choose people: for a new conversation, or to take one more into a group. */

import { useState } from "preact/hooks";
import { useApp } from "../app/app.ts";
import { loadWords, t } from "../i18n.ts";
import { Avatar } from "../kit/avatar.tsx";
import { Button, IconButton } from "../kit/button.tsx";
import { Dialog, DialogFoot } from "../kit/dialog.tsx";
import { TextField } from "../kit/field.tsx";
import { Form, Submit } from "../kit/form.tsx";
import { useKnowing } from "../people/finding.ts";
import { plainly, wordsOf } from "../plainly.ts";
import { isBlocked } from "../world.ts";
import type { Account, Conversation } from "../wire.ts";

await loadWords("between");

const GROUP_MAX = 10;
const NAME_MAX = 64;
const FOUND_SHOWN = 6;

export default function BeginDialog(
  { group, onClose }: { readonly group?: Conversation; readonly onClose: () => void },
) {
  const app = useApp();
  const [query, ask] = useState("");
  const [name, setName] = useState("");
  const [chosen, choose] = useState<readonly Account[]>([]);
  const most = group ? 1 : GROUP_MAX - 1;
  const taken = new Set([...(group?.member_ids ?? []), ...chosen.map((one) => one.id)]);
  const found = useFound(query).filter((one) => !taken.has(one.id)).slice(0, FOUND_SHOWN);
  const isFull = chosen.length >= most;
  const send = async () => {
    const accounts = chosen.map((one) => one.id);
    const { conversation } = group
      ? await app.command("conversation.add", { channel: group.id, account: accounts[0] })
      : await app.command("conversation.begin", { accounts, name: name.trim() });
    const begun = conversation as Conversation;
    app.store.apply({ event: "conversation.changed", data: begun }, Date.now());
    onClose();
    app.router.navigate(`/d/${begun.id}`);
  };
  return (
    <Dialog title={t(group ? "between.add" : "between.new")} onClose={onClose}>
      <Form
        send={send}
        foot={
          <DialogFoot>
            <Button onPress={onClose}>{t("cancel")}</Button>
            <Submit icon="chat" disabled={chosen.length === 0}>
              {t(group ? "between.add" : "between.start")}
            </Submit>
          </DialogFoot>
        }
      >
        {group && <p class="muted">{t("between.add_text")}</p>}
        {chosen.length > 0 && (
          <ul class="chosen">
            {chosen.map((one) => (
              <li key={one.id} class="pill">
                <bdi class="trunc">{one.display_name}</bdi>
                <IconButton
                  small
                  icon="x"
                  label={t("between.take_out", { name: one.display_name })}
                  onPress={() => choose(chosen.filter((each) => each !== one))}
                />
              </li>
            ))}
          </ul>
        )}
        {isFull ? !group && <p class="hint">{t("between.full", { n: GROUP_MAX })}</p> : (
          <TextField
            label={t("between.find")}
            name="query"
            icon="search"
            value={query}
            onInput={ask}
          />
        )}
        {!isFull && found.length > 0 && (
          <ul class="found" aria-label={t("people")}>
            {found.map((one) => (
              <li key={one.id}>
                <button
                  type="button"
                  class="mi"
                  onClick={() => {
                    choose([...chosen, one]);
                    ask("");
                  }}
                >
                  <Avatar account={one} size="sm" />
                  <bdi class="grow trunc">{one.display_name}</bdi>
                  <span class="xs muted trunc">@{one.handle}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
        {!isFull && query.trim() && found.length === 0 && (
          <p class="hint" role="status">{t("between.find_none")}</p>
        )}
        {!group && chosen.length > 1 && (
          <TextField
            label={t("between.name")}
            hint={t("between.name_hint")}
            name="name"
            value={name}
            onInput={setName}
            max={NAME_MAX}
          />
        )}
      </Form>
    </Dialog>
  );
}

/** Those whose name or handle has the letters; before any, who is here. */
function useFound(query: string): readonly Account[] {
  const world = useApp().store.world.value;
  const words = plainly(query).trim();
  useKnowing(query);
  return [...world.accounts.values()]
    .filter((one) => one.id !== world.me && one.state === "active" && !isBlocked(world, one.id))
    .filter((one) => wordsOf(one).includes(words))
    .sort((a, b) =>
      Number(world.here.has(b.id)) - Number(world.here.has(a.id)) ||
      a.display_name.localeCompare(b.display_name)
    );
}
