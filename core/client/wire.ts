/** The nouns of docs/protocol.md as they stand in frames. */

export interface Community {
  readonly id: string;
  readonly name: string;
  readonly accent_hue: number;
  readonly language: string;
  readonly rules: string;
  readonly link_cards: boolean;
  /** Whether rooms may be heard without an account. */
  readonly public_rooms: boolean;
  readonly everyone_role_id: string;
  readonly icon_id: string | null;
  readonly registration: Registration;
  readonly rules_version: number;
}

export type Registration = "open" | "approval" | "invitation" | "closed";

export interface Account {
  readonly id: string;
  readonly kind: "person" | "bot";
  readonly handle: string;
  readonly display_name: string;
  readonly hue: number;
  readonly role_ids: readonly string[];
  readonly is_owner: boolean;
  readonly state: "active" | "suspended" | "deleted";
  readonly timed_out_until: string | null;
  /** The file of the picture that stands for them, at `/f/<id>/…`. */
  readonly avatar_id: string | null;
  readonly pronouns: string;
  /** A line of their own. */
  readonly status: string;
  readonly created_at: string;
  /** Until when a guest is in; null for who lives here. */
  readonly guest_until: string | null;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly position: number;
  readonly permissions: readonly string[];
  readonly hue: number | null;
  /** Whoever may post may name it, and all who have it are told. */
  readonly mentionable: boolean;
  /** What it gives rests for people who have no passkey and no codes. */
  readonly needs_second_step: boolean;
}

/** One of the community's own; its picture is the file with its id. */
export interface Emoji {
  readonly id: string;
  readonly name: string;
  /** Its small picture never does. */
  readonly moves: boolean;
}

export interface Overwrite {
  readonly target: "role" | "account";
  readonly target_id: string;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

export interface Category {
  readonly id: string;
  readonly name: string;
  readonly position: number;
  readonly overwrites: readonly Overwrite[];
}

export interface Channel {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly topic: string;
  readonly category_id: string | null;
  readonly position: number;
  /** Set on the chat of a room; both have the same id. */
  readonly room_id: string | null;
  readonly last_message_id: string | null;
  readonly overwrites: readonly Overwrite[];
  /** How long everybody waits between two messages; 0 for not at all. */
  readonly slow_mode_s: number;
  /** May be read without an account, as long as everyone's role sees it. */
  readonly is_public: boolean;
}

/** A channel for its members only. */
export interface Conversation {
  readonly id: string;
  readonly kind: "direct" | "group";
  /** Empty: it is called by who is in it. */
  readonly name: string;
  readonly member_ids: readonly string[];
  readonly last_message_id: string | null;
}

/** A channel in a channel; started from a message, it has the message's id. */
export interface Thread {
  readonly id: string;
  readonly parent_id: string;
  readonly name: string;
  readonly started_by: string | null;
  readonly archived: boolean;
  readonly message_count: number;
  readonly last_message_id: string | null;
}

/** Whom I hear; known to nobody else. */
export interface Privacy {
  readonly blocked: readonly string[];
  /** Who may begin a conversation with me without having one. */
  readonly first_messages: "everyone" | "role" | "nobody";
  readonly shows_presence: boolean;
  readonly shows_typing: boolean;
  /** Whether who listens without an account is told my name. */
  readonly shows_name_outside: boolean;
}

/** What people in a room answered with pictures just now; `more` are left out. */
export interface RoomReacted {
  readonly room_id: string;
  readonly reactions: readonly { readonly account_id: string; readonly emoji: string }[];
  readonly more: number;
}

/** A line of what somebody says; one that is not final gives way to their next. */
export interface Caption {
  readonly account_id: string;
  readonly text: string;
  readonly language: string;
  readonly is_final: boolean;
  readonly translated_from: string | null;
}

export interface RoomCaptioned {
  readonly room_id: string;
  readonly captions: readonly Caption[];
}

export interface Room {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly topic: string;
  /** `talk`, or `<plugin>.<kind>`. */
  readonly kind: string;
  readonly category_id: string | null;
  readonly position: number;
  readonly seats: number;
  readonly opened_by: string;
  readonly temporary: boolean;
  readonly overwrites: readonly Overwrite[];
  readonly sound: RoomSound;
  /** Who is outside knocks, and somebody inside opens. */
  readonly is_locked: boolean;
  /** Everybody sends only while they hold a key or a button. */
  readonly push_to_talk: boolean;
  /** A link that stands on top for everybody; "" for none. */
  readonly pinned_url: string;
  readonly pinned_title: string;
  /** Whether who has no account may listen. */
  readonly is_public: boolean;
  readonly tag_ids: readonly string[];
  /** Who has its link is let in. */
  readonly has_link: boolean;
  readonly to_be_recorded: boolean;
}

/** What rooms and events are about; people read "topic". Merged, it stands for another one. */
export interface Tag {
  readonly id: string;
  readonly name: string;
  readonly is_hidden: boolean;
  readonly merged_into_id: string | null;
}

/** A room is open: of a tag that I follow, or without one for a role of mine. */
export interface RoomLive {
  readonly room_id: string;
  readonly tag_id: string | null;
}

/** What microphones are for: a voice, or music in stereo and as it is. */
export type RoomSound = "speech" | "music";

/** What was handed in. Its content is at `/f/<id>/<name>`, a picture also smaller (`?size=`). */
export interface HandedFile {
  readonly id: string;
  readonly name: string;
  readonly kind: "picture" | "sound" | "film" | "other";
  readonly media_type: string;
  readonly size_bytes: number;
  /** In pixels, of pictures. */
  readonly width: number | null;
  readonly height: number | null;
  /** Whether a picture does so in its full size; the smaller ones stand still. */
  readonly moves: boolean;
  /** What it shows, in the words of who sent it; empty where they said nothing. */
  readonly description: string;
}

/** What a link in a message leads to. */
export interface LinkCard {
  readonly url: string;
  readonly title: string;
  readonly description: string;
  readonly site: string;
  readonly picture_id: string | null;
}

export interface Message {
  readonly id: string;
  readonly channel_id: string;
  readonly author_id: string;
  readonly text: string;
  /** Sanitised by the server; inserted by `text/body.tsx` alone. */
  readonly html: string;
  readonly posted_at: string;
  readonly edited_at: string | null;
  readonly reply_to_id: string | null;
  readonly nonce: string | null;
  readonly shown_as: string | null;
  readonly files: readonly HandedFile[];
  /** Who is told of it; null: nobody. */
  readonly mentions: Mentions | null;
  /** "pin": no words of its own; its author pinned what it replies to. */
  readonly kind: "text" | "pin";
  readonly pinned_at: string | null;
}

/** What a message said before it was changed or deleted. */
export interface FormerText {
  readonly text: string;
  readonly written_at: string;
  readonly replaced_at: string;
}

/** One that members get no more; for those who manage messages. */
export interface DeletedMessage extends Message {
  readonly deleted_at: string;
  readonly deleted_by: string | null;
}

export interface Mentions {
  readonly account_ids: readonly string[];
  readonly role_ids: readonly string[];
  readonly everyone: boolean;
  readonly here: boolean;
  /** Who wrote the message that is replied to. */
  readonly answered_id: string | null;
}

/** What one is told of a channel. */
export interface Level {
  readonly channel_id: string;
  readonly level: "everything" | "mentions" | "nothing";
  readonly muted_until: string | null;
}

/** One picture under a message. */
export interface Reaction {
  /** One of Unicode, or the id of one of the community's. */
  readonly emoji: string;
  readonly count: number;
  readonly mine: boolean;
}

export interface ReactionChange {
  readonly channel_id: string;
  readonly message_id: string;
  readonly added: readonly { readonly emoji: string; readonly account_id: string }[];
  readonly removed: readonly { readonly emoji: string; readonly account_id: string }[];
  readonly counts: readonly { readonly emoji: string; readonly count: number }[];
}

export interface Participant {
  readonly room_id: string;
  readonly account_id: string;
  readonly joined_at: string;
  readonly may_speak: boolean;
  readonly muted: boolean;
  readonly deafened: boolean;
  /** A host's doing, unlike `muted`. */
  readonly silenced: boolean;
  readonly deafened_by_host: boolean;
  readonly connected: boolean;
}

export interface Invitation {
  readonly id: string;
  readonly code: string;
  readonly inviter_id: string;
  readonly created_at: string;
  readonly expires_at: string;
  readonly uses: number;
  readonly max_uses: number;
  readonly note: string;
  readonly revoked: boolean;
  readonly role_ids: readonly string[];
  /** It lets guests in, for so many days; null: members. */
  readonly guest_days: number | null;
}

export interface Session {
  readonly id: string;
  readonly device: string;
  readonly created_at: string;
  readonly seen_at: string;
  readonly is_current: boolean;
}

export interface RoomKindInfo {
  readonly kind: string;
  readonly title: string;
  /** What remains of such a room while its plugin is off. */
  readonly without: string;
  readonly plugin: string | null;
  readonly running: boolean;
  /** What one needs to open such a room. */
  readonly permission: string | null;
  /** What it is for, in a line; by language. */
  readonly hint: Readonly<Record<string, string>>;
}

export interface Snapshot {
  readonly community: Community;
  readonly accounts: readonly Account[];
  readonly roles: readonly Role[];
  readonly emoji: readonly Emoji[];
  readonly categories: readonly Category[];
  readonly channels: readonly Channel[];
  readonly rooms: readonly Room[];
  readonly reads: Readonly<Record<string, string>>;
  readonly room_kinds: readonly RoomKindInfo[];
  readonly conversations: readonly Conversation[];
  readonly threads: readonly Thread[];
  readonly followed_threads: readonly string[];
  readonly privacy: Privacy;
  /** The version of the house rules that one agreed to. */
  readonly rules_read: number;
  readonly has_second_step: boolean;
}

/** What who is in charge did to my voice. */
export interface Ruled {
  readonly room_id: string;
  readonly act:
    | "silenced"
    | "unsilenced"
    | "deafened"
    | "undeafened"
    | "moved_down"
    | "moved"
    | "removed";
  readonly by_account_id: string;
}

/** The state of the moment: always sent whole, replaces what was known. */
export interface Live {
  /** How many live here: the snapshot has the first thousand of them. */
  readonly people: number;
  readonly here: readonly string[];
  readonly away: readonly string[];
  readonly busy: readonly string[];
  /** The sign-in of this account that has its place in a room. */
  readonly voice_session_id: string | null;
  readonly participants: readonly Participant[];
  readonly room_states: readonly { room_id: string; key: string; state: unknown }[];
  readonly speaking: readonly { room_id: string; account_ids: readonly string[] }[];
  readonly slots: readonly { room_id: string; slots: readonly (string | null)[] }[];
  readonly visitors: readonly { room_id: string; count: number }[];
}

/** A plugin's module in the page, and the style sheets it comes with. */
export interface ModuleInfo {
  readonly plugin: string;
  readonly url: string;
  readonly styles?: readonly string[];
}

export interface Hello {
  readonly session_id: string;
  readonly account: Account;
  readonly epoch: string;
  readonly seq: number;
  readonly heartbeat_s: number;
  /** The server's time. */
  readonly now: string;
  readonly resumed: boolean;
  readonly snapshot: Snapshot | null;
  readonly live: Live;
  readonly plugins: { readonly modules: readonly ModuleInfo[] };
  readonly permissions: readonly string[];
  readonly version: string;
}

export interface Offered {
  readonly peer: string;
  readonly offer: string;
  /** TURN servers, with credentials for a while. */
  readonly turn: RTCIceServer[];
}

/** Where a connection goes on, in an event. */
export interface Moving extends Omit<Offered, "turn"> {
  readonly room_id: string;
}

export interface Joined {
  readonly room: Room;
  readonly participants: readonly Participant[];
  readonly peer: string;
  /** Nothing when one goes in with a line that was prepared. */
  readonly offer: string | null;
  readonly slots: readonly (string | null)[];
  readonly speaking: readonly string[];
  readonly turn: RTCIceServer[];
}

export interface EventFrame {
  readonly event: string;
  readonly seq?: number;
  // deno-lint-ignore no-explicit-any
  readonly data: any;
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly reason?: string;
  readonly field?: string;
  readonly retry_after_s?: number;
  readonly plugin?: string;
}

/** The kinds of rooms that are the core's own; every other is a plugin's. */
export const TALK = "talk";
/** Speakers and listeners are kept apart. */
export const STAGE = "stage";

/** Whether id `a` was made after id `b`. Ids are decimal strings that outgrow `number`. */
export function isNewer(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}

export function compareIds(a: string, b: string): number {
  return a === b ? 0 : isNewer(a, b) ? 1 : -1;
}
