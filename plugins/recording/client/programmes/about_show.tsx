/** What a show says of itself, in its feed and on its page. */

import { Button, SwitchRow, TextField } from "@salon/client";
import { useState } from "preact/hooks";
import { attempt, useRecording } from "../shared/context.ts";
import { STUDIO } from "../shared/wire.ts";
import { FileButton } from "./shelf.tsx";
import type { ShowCard, ShowWords } from "./wire.ts";

const FIELDS = [
  { name: "author", max: 120, hint: "show.author_hint" },
  { name: "language", max: 40, hint: "show.language_hint" },
  { name: "category", max: 60, hint: "show.category_hint" },
  { name: "email", max: 200, hint: "show.email_hint" },
  { name: "funding", max: 400, hint: "show.funding_hint" },
  { name: "funding_words", max: 128, hint: undefined },
] as const;
const TITLE_MAX = 200;
const DESCRIPTION_MAX = 4_000;

export function AboutShow({ show, onChange }: {
  readonly show: ShowCard;
  readonly onChange: () => void;
}) {
  const recording = useRecording();
  const { salon, t } = recording;
  const [words, setWords] = useState<ShowWords>(() => wordsOf(show));
  const put = (part: Partial<ShowWords>) => setWords((now) => ({ ...now, ...part }));
  const save = async (event: Event) => {
    event.preventDefault();
    const isDone = await attempt(recording, "recording.show_edit", {
      show: show.id,
      revision: show.revision,
      ...words,
      title: words.title.trim(),
    });
    if (isDone) salon.toast({ text: t("show.saved"), tone: "good" });
    onChange();
  };
  const remove = async () => {
    if (!await attempt(recording, "recording.show_remove", { show: show.id })) return;
    salon.toast({ text: t("show.removed") });
    salon.navigate(`${STUDIO}/shows`);
  };
  return (
    <div class="recording-about">
      <Cover show={show} onChange={onChange} />
      <form class="recording-form" noValidate onSubmit={(event) => void save(event)}>
        <fieldset disabled={!show.may_edit}>
          <TextField
            label={t("title")}
            value={words.title}
            max={TITLE_MAX}
            onInput={(title) => put({ title })}
          />
          <TextField
            label={t("show.description")}
            lines
            value={words.description}
            max={DESCRIPTION_MAX}
            onInput={(description) => put({ description })}
          />
          {FIELDS.map(({ name, max, hint }) => (
            <TextField
              key={name}
              label={t(`show.${name}`)}
              hint={hint && t(hint)}
              value={words[name]}
              max={max}
              onInput={(text) => put({ [name]: text })}
            />
          ))}
        </fieldset>
        <ul class="rows">
          <SwitchRow
            label={t("show.explicit")}
            on={words.explicit}
            disabled={!show.may_edit}
            onChange={(explicit) => put({ explicit })}
          />
        </ul>
        <div class="row wrap">
          {show.may_edit && <Button type="submit" tone="primary">{t("show.save")}</Button>}
          {!show.for_members && <a class="btn ghost" href={show.url}>{t("show_page")}</a>}
          {show.may_edit && (
            <Button tone="danger" onPress={() => void remove()}>{t("show.remove")}</Button>
          )}
        </div>
      </form>
    </div>
  );
}

function wordsOf(show: ShowCard): ShowWords {
  const { title, description, author, language, category } = show;
  const { explicit, email, funding, funding_words } = show;
  return {
    title,
    description,
    author,
    language,
    category,
    explicit,
    email,
    funding,
    funding_words,
  };
}

function Cover({ show, onChange }: {
  readonly show: ShowCard;
  readonly onChange: () => void;
}) {
  const recording = useRecording();
  const { t } = recording;
  const remove = async () => {
    await attempt(recording, "recording.show_uncover", { show: show.id });
    onChange();
  };
  return (
    <section class="recording-cover-field" aria-label={t("show.cover")}>
      <img class="recording-cover big" src={show.cover_url} alt="" width={160} height={160} />
      {show.may_edit && (
        <>
          <p class="sm muted">{t("show.cover_hint")}</p>
          <FileButton
            icon="image"
            accept="image/*"
            to={() => `/p/recording/shows/${show.id}/cover`}
            onDone={onChange}
          >
            {t("show.cover_choose")}
          </FileButton>
          {show.has_cover && (
            <Button onPress={() => void remove()}>{t("show.cover_remove")}</Button>
          )}
        </>
      )}
    </section>
  );
}
