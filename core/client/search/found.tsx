/** What was found, under the heading of who found it. */

import { type ComponentChildren, Fragment } from "preact";
import { useAccount } from "../app/acquaintance.ts";
import { type App, useApp } from "../app/app.ts";
import { usePlace } from "../between/place.ts";
import { clock, isSameDay, moment } from "../format.ts";
import { t } from "../i18n.ts";
import { hueClass } from "../kit/avatar.tsx";
import { Button, Link } from "../kit/button.tsx";
import { Doorway } from "../kit/doorway.tsx";
import { Icon } from "../kit/icon.tsx";
import { Face } from "../people/face.tsx";
import { tagsOf } from "../tags/tags.ts";
import { EmojiPicture, named } from "../text/own_emoji.tsx";
import { ordered, peopleIn } from "../world.ts";
import type { Account, Channel, Room } from "../wire.ts";
import { fits, hasFilters, marked, type Piece, withNames, wordsOf } from "./line.ts";
import type { Hit, Result, Searching } from "./searching.ts";

const FIRST_MAX = 4;

export interface Group {
  readonly key: string;
  readonly title: string;
  readonly count: number;
  readonly hasMore: boolean;
  /** A plugin that had no answer in time. */
  readonly isLate: boolean;
  readonly rows: readonly ComponentChildren[];
  /** Two beside each other where there is room. */
  readonly isPaired: boolean;
}

/** Places and people first, which are few; then what plugins found; then the messages. */
export function groupsOf(app: App, searching: Searching): readonly Group[] {
  const line = searching.line.value;
  const words = hasFilters(line) ? [] : wordsOf(line);
  if (!line.trim()) return [];
  const places = words.length === 0 ? [] : placesOf(app).filter(({ said }) => fits(said, words));
  const people = words.length === 0 ? [] : searching.people.value;
  const messages = searching.messages.value;
  return [
    group(
      "places",
      t("search.places"),
      places.map((place) => <PlaceRow key={place.to} {...{ place, words }} />),
    ),
    group(
      "people",
      t("people"),
      people.map((person) => <PersonRow key={person.id} {...{ person, words }} />),
    ),
    ...(searching.sources.value ?? []).map((source) => ({
      ...group(
        `plugin.${source.plugin}.${source.name}`,
        app.refusals.say("search.", `${source.plugin}.${source.name}`) ?? source.title,
        source.results.map((result) => <ResultRow key={result.address} {...{ result, words }} />),
      ),
      isPaired: false,
      isLate: source.is_late,
    })),
    {
      ...group(
        "messages",
        t("search.messages"),
        messages?.hits.map((hit) => <Row key={hit.message.id} hit={hit} />),
      ),
      isPaired: false,
      hasMore: messages?.has_older ?? false,
    },
  ];
}

function group(key: string, title: string, rows: readonly ComponentChildren[] = []): Group {
  return { key, title, rows, count: rows.length, hasMore: false, isLate: false, isPaired: true };
}

export function Found(
  { group, isAlone, searching, onAll }: {
    readonly group: Group;
    readonly isAlone: boolean;
    readonly searching: Searching;
    readonly onAll: () => void;
  },
) {
  const isMessages = group.key === "messages";
  const rows = isAlone || isMessages ? group.rows : group.rows.slice(0, FIRST_MAX);
  return (
    <section aria-label={group.title}>
      <header>
        <h2 class="display">{group.title}</h2>
        {rows.length < group.count && (
          <button type="button" class="textlink xs" onClick={onAll}>
            {t("search.all_of", { n: group.count })}
          </button>
        )}
      </header>
      {group.isLate && (
        <p class="row sm muted" role="status">
          {t("search.late")}
          <Button size="s" icon="refresh" onPress={() => void searching.lookInSources()}>
            {t("again")}
          </Button>
        </p>
      )}
      <ul class={group.isPaired ? "pairs" : ""}>
        {rows.map((row, at) => <li key={at}>{row}</li>)}
      </ul>
      {isMessages && !searching.messages.value?.is_whole && (
        <p class="sm muted">{t("search.cut_off")}</p>
      )}
      {isMessages && group.hasMore && (
        <Button onPress={() => void searching.older()}>{t("search.older")}</Button>
      )}
    </section>
  );
}

function Marked({ pieces }: { readonly pieces: readonly Piece[] }) {
  return (
    <>
      {pieces.map(({ text, is_hit }, at) => is_hit ? <mark key={at}>{text}</mark> : text)}
    </>
  );
}

/** What was said, own emoji as pictures. */
function Said({ pieces }: { readonly pieces: readonly Piece[] }) {
  const byName = named(useApp().store.emoji.value);
  return (
    <span class="said" dir="auto">
      {withNames(pieces, (text) => byName.has(text)).map(({ text, is_hit }, at) => {
        const emoji = byName.get(text);
        const shown = emoji ? <EmojiPicture emoji={emoji} /> : text;
        return is_hit ? <mark key={at}>{shown}</mark> : <Fragment key={at}>{shown}</Fragment>;
      })}
    </span>
  );
}

// -- rows

interface Place {
  readonly name: string;
  /** What it is found by: its name, the line below it, its topics. */
  readonly said: string;
  readonly to: string;
  readonly of: Room | Channel;
}

function placesOf(app: App): readonly Place[] {
  const rooms = ordered(app.store.rooms.value);
  const tags = tagsOf(app);
  const channels = ordered(app.store.channels.value).filter((one) => one.room_id === null);
  return [
    ...rooms.map((room) => ({
      name: room.name,
      said: [room.name, room.topic, ...tags.of(room.tag_ids).map(({ name }) => name)].join(" "),
      to: `/r/${room.slug}`,
      of: room,
    })),
    ...channels.map((channel) => ({
      name: channel.name,
      said: `${channel.name} ${channel.topic}`,
      to: `/c/${channel.slug}`,
      of: channel,
    })),
  ];
}

function PlaceRow({ place, words }: { readonly place: Place; readonly words: readonly string[] }) {
  const app = useApp();
  const room = "kind" in place.of ? app.store.rooms.value.get(place.of.id) : undefined;
  const n = room ? peopleIn(app.store.world.value, room.id).length : 0;
  return (
    <Link to={place.to} class="hit">
      {room ? <Doorway icon={app.slots.iconOf(room)} lit={n > 0} size="xs" /> : (
        <span class="sq">
          <Icon name="text" />
        </span>
      )}
      <div class="grow">
        <b class="two-lines">
          <bdi>
            <Marked pieces={marked(place.name, words)} />
          </bdi>
        </b>
        <span class="xs muted trunc">{room ? lifeOf(app, room, n) : place.of.topic}</span>
      </div>
    </Link>
  );
}

/** How many are in a room, and what it is about. */
function lifeOf(app: App, room: Room, n: number): string {
  const about = tagsOf(app).of(room.tag_ids).map(({ name }) => name);
  return [t("room.people", { n }), ...about, ...(room.topic ? [room.topic] : [])].join(", ");
}

/** Somebody is found where they are, else by what they wrote. */
function PersonRow(
  { person, words }: { readonly person: Account; readonly words: readonly string[] },
) {
  const { store } = useApp();
  const seat = store.participants.value.get(person.id);
  const room = seat && store.rooms.value.get(seat.room_id);
  const to = room ? `/r/${room.slug}` : `/search?q=${encodeURIComponent(`from:${person.handle}`)}`;
  return (
    <div class="faced">
      <Face account={person} here={store.here.value.has(person.id)} />
      <Link to={to} class="hit">
        <div class="grow">
          <b class="two-lines">
            <bdi>
              <Marked pieces={marked(person.display_name, words)} />
            </bdi>
          </b>
          <span class="xs muted trunc">
            {room ? t("members.in", { room: room.name }) : `@${person.handle}`}
          </span>
        </div>
      </Link>
    </div>
  );
}

/** An address of a plugin may be a page of its own: the browser goes there. */
function ResultRow(
  { result, words }: { readonly result: Result; readonly words: readonly string[] },
) {
  return (
    <a class="hit" href={result.address} data-app={/^\/[crp]\//.test(result.address) || undefined}>
      <span class="sq">
        <Icon name="right" />
      </span>
      <div class="grow">
        <b class="two-lines">
          <bdi>
            <Marked pieces={marked(result.title, words)} />
          </bdi>
        </b>
        {result.detail && <span class="xs muted trunc">{result.detail}</span>}
      </div>
    </a>
  );
}

function Row({ hit: { message, pieces } }: { readonly hit: Hit }) {
  const author = useAccount(message.author_id);
  const place = usePlace(message.channel_id);
  if (!place) return null; // on its way, or gone while the page stood open
  const at = isSameDay(message.posted_at, new Date().toISOString())
    ? clock(message.posted_at)
    : moment(message.posted_at);
  return (
    <div class="faced">
      <Face account={author} />
      <Link to={`${place.address}/m/${message.id}`} class={`hit ${hueClass(author?.hue)}`}>
        <div class="grow">
          <span class="by">
            <b>
              <bdi>{message.shown_as ?? author?.display_name ?? "…"}</bdi>
            </b>
            <span class="xs muted">
              {t(place.isOfPeople ? "search.with" : "search.where", {
                place: place.name,
                time: at,
              })}
            </span>
          </span>
          <Said pieces={pieces} />
        </div>
      </Link>
    </div>
  );
}
