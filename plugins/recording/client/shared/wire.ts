/** What the plugin's server part says. Times in seconds are the take's own. */

export const RECORD = "recording.record";
export const MARK = "recording.mark";
export const STATE = "recording";
export const CLIP = "recording.clip";
export const CLIPS = "/p/recording/studio/clips";
export const STUDIO = "/p/recording/studio";

/** A room's live state while it is recorded. */
export interface RoomState {
  readonly take_id: string;
  readonly by: string;
  readonly phase: "countdown" | "recording";
  readonly begun_at: string;
  readonly answers: Readonly<Record<string, Choice>>;
  /** The latest few. */
  readonly marks: readonly { readonly at_s: number; readonly title: string }[];
}

export type Choice = "on" | "off";

export interface Ended {
  readonly room_id: string;
  readonly take_id: string;
  readonly reason: string | null;
}

export interface About {
  readonly enabled: boolean;
  /** The oldest first; there is always one. */
  readonly shows: readonly Show[];
}

/** One of those that came last; addresses are of this server. */
export interface LatestEpisode {
  readonly id: string;
  readonly url: string;
  readonly title: string;
  readonly published_at: string;
  readonly duration_s: number;
  readonly voices: number;
  readonly show: string;
  readonly show_url: string;
  readonly cover_url: string;
}

/** What everybody may know of a show. */
export interface Show {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly feed_url: string;
  /** Its page and feed are not there for anybody else: members have a feed of their own. */
  readonly for_members: boolean;
}

/** An address of one's own feed, without what makes it secret. */
export interface Address {
  readonly id: string;
  readonly show_id: string;
  readonly made_at: string;
  readonly fetched_at: string | null;
}

export interface Take {
  readonly id: string;
  readonly room_id: string;
  readonly room_name: string;
  readonly started_by: string | null;
  readonly status: "capturing" | "captured" | "interrupted";
  readonly begun_at: string;
  readonly ended_at: string | null;
  readonly reason: string | null;
  readonly duration_s: number;
  readonly lost_packets: number;
  readonly voices: readonly string[];
  readonly pruned: boolean;
  readonly marks: readonly Mark[];
}

/** Up to ninety seconds that somebody kept. */
export interface Clip {
  readonly id: string;
  readonly url: string;
  readonly title: string;
  readonly made_by: string | null;
  readonly status: Episode["status"];
  readonly failure: Failure | null;
  readonly duration_s: number;
  readonly created_at: string;
  /** Who is heard in it and has not said yes. */
  readonly waiting: readonly string[];
  readonly withdrawn: boolean;
  readonly is_public: boolean;
  /** Whether the feed offers it; null for who has no hand in its episode. */
  readonly soundbite: "off" | "on" | "gone" | null;
}

/** A published episode of which one may make clips. */
export interface ClipSource {
  readonly id: string;
  readonly title: string;
  readonly duration_s: number;
  readonly media_url: string;
}

/** A line of the log of consents. */
export interface Said {
  readonly take_id: string;
  readonly room_name: string;
  readonly account: string;
  readonly said: "on" | "off" | "removed";
  readonly notice_version: number;
  readonly at: string;
}

/** What is in the way of object storage. */
export type Away =
  | "unreachable"
  | "bucket"
  | "key"
  | "clock"
  | "region"
  | "full"
  | "denied"
  | "failed"
  | "disk";

/** What is free, and what recordings have of it. */
export interface Disk {
  readonly free_mb: number;
  readonly total_mb: number;
  readonly stops_at_mb: number;
  readonly is_low: boolean;
  readonly takes_bytes: number;
  readonly episodes_bytes: number;
  readonly away_bytes: number;
  /** What keeps sound from object storage, or back from it. */
  readonly away_why: Away | null;
  readonly days: number;
  readonly takes: readonly KeptTake[];
}

export interface KeptTake {
  readonly id: string;
  readonly room_name: string;
  readonly begun_at: string;
  readonly bytes: number;
  readonly voices: readonly { readonly account: string; readonly bytes: number }[];
  readonly episodes: number;
  readonly episodes_bytes: number;
  readonly is_kept: boolean;
  /** Null while it runs, and for what is kept. */
  readonly deleted_at: string | null;
}

/** A moment, or with an end a part that was kept. */
export interface Mark {
  readonly at_s: number;
  readonly end_s: number | null;
  readonly title: string;
}

/** A part that is cut out of an episode. */
export interface Span {
  readonly start_s: number;
  readonly end_s: number;
}

/** An episode in which one's own voice is, or would be. */
export interface Asked {
  readonly id: string;
  readonly title: string;
  /** Null for somebody who is gone. */
  readonly made_by: string | null;
  readonly duration_s: number;
  readonly answer: "yes" | "no" | null;
  /** Until when; null for who has answered, or makes it. */
  readonly answer_by: string | null;
  readonly is_public: boolean;
}

export interface Chapter {
  readonly at_s: number;
  readonly title: string;
}

/** A window of a recording, a piece that was uploaded, or an empty place; times are its own. */
export interface Segment {
  readonly take_id: string | null;
  readonly piece_id: string | null;
  readonly slot: string;
  readonly title: string;
  readonly start_s: number;
  readonly end_s: number;
  readonly cuts: readonly Span[];
  readonly chapters: readonly Chapter[];
  /** Nobody's voice is left in it. */
  readonly is_silent: boolean;
}

/** What happens to an episode while it is made, in order; `step.…` among the words. */
export const STEPS = ["level", "mix", "measure", "encode"] as const;
export type Step = (typeof STEPS)[number];

/** How far the making of an episode is, 0 to 1: of the step it is at, and of the whole. */
export interface Making {
  readonly step: Step;
  readonly step_progress: number;
  readonly progress: number;
  /** A guess; there is none in the first seconds. */
  readonly left_s: number | null;
  /** At whose voice it is. */
  readonly voice: string | null;
  /** Who is to be heard in it, unless they say nothing there. */
  readonly voices: readonly { readonly account: string; readonly has_said_yes: boolean }[];
}

/** Why there is no episode, as in salon_recording/failure.py; `failure.…` among the words. */
export type Failure =
  | "early"
  | "stopped"
  | "taken_out"
  | "nothing_said"
  | "unreadable"
  | "disk"
  | "disk_full";

export interface Episode {
  readonly id: string;
  readonly show_id: string;
  readonly revision: number;
  readonly url: string;
  readonly title: string;
  readonly notes: string;
  readonly segments: readonly Segment[];
  readonly status: "draft" | "making" | "ready" | "failed";
  readonly failure: Failure | null;
  /** How far it is; null also while it waits for its turn to be made. */
  readonly making: Making | null;
  /** Ends of names of what can be downloaded, MP3 first. */
  readonly formats: readonly string[];
  readonly speakers: readonly string[];
  /** Who is heard in it and has not said yes. */
  readonly waiting: readonly string[];
  readonly left_out: readonly string[];
  /** When it goes out by itself, and why it did not. */
  readonly planned_at: string | null;
  readonly held: "empty" | "unapproved" | "waiting" | "failed" | null;
  readonly size_bytes: number;
  readonly duration_s: number;
  readonly created_at: string;
  readonly published_at: string | null;
  readonly withdrawn_at: string | null;
  /** Those whom it is for may hear it now: everybody, or members alone. */
  readonly is_out: boolean;
  readonly is_public: boolean;
  /** Its sound lies in object storage. */
  readonly is_away: boolean;
  /** Why its sound is not where it belongs yet. */
  readonly away_why: Away | null;
}

/** What somebody says in a row; times are the recording's. */
export interface Passage extends Span {
  readonly id: string;
  readonly account_id: string;
  readonly text: string;
}

/** Why a voice is not written down, as in transcript/recogniser.py; `unheard.…` among the words. */
export type Unheard =
  | "missing"
  | "no_folder"
  | "not_a_model"
  | "no_recogniser"
  | "language"
  | "memory"
  | "unreadable"
  | "early";

/** How far the voices of a recording are written down; one that nobody ordered is not there. */
export interface Transcript {
  readonly take_id: string;
  /** Why speech is not recognised at all; the sentence and the command are the owner's. */
  readonly unheard: {
    readonly why: Unheard;
    readonly sentence: string | null;
    readonly command: string | null;
  } | null;
  readonly voices: readonly {
    readonly account_id: string;
    readonly status: "waiting" | "ready" | "failed";
    readonly why: Unheard | null;
    readonly progress: number | null;
    readonly language: string;
  }[];
}
