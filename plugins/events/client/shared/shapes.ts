/** What the plugin's server half says: plugins/events/salon_events/shapes.py. */

export type State = "planned" | "opening" | "open" | "over" | "cancelled" | "missed";
export type Said = "coming" | "maybe" | "not";
export type Which = "coming" | "mine" | "past";
export type Holds = "all" | "mine" | "room";

export interface Occurrence {
  readonly id: string;
  readonly event_id: string;
  readonly title: string;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly zone: string;
  readonly rule: string;
  readonly state: State;
  readonly room_id: string | null;
  readonly has_own_room: boolean;
  readonly kind: "talk" | "stage";
  readonly host_ids: readonly string[];
  readonly made_by: string | null;
  readonly is_public: boolean;
  readonly is_draft: boolean;
  readonly to_be_recorded: boolean;
  readonly tag_ids: readonly string[];
  readonly coming: number;
  readonly maybe: number;
  readonly faces: readonly string[];
  readonly said: Said | null;
  readonly remind_min: number | null;
}

/** What only the page of one says; `wall` is its start as clocks of its own zone show it. */
export interface Details extends Occurrence {
  readonly about: string;
  readonly opens_at: string;
  readonly wall: string;
  readonly place_id: string | null;
  readonly role_ids: readonly string[];
  readonly told_role_ids: readonly string[];
  readonly people: readonly { readonly account_id: string; readonly said: Said }[];
  readonly may_change: boolean;
  /** The names of its topics. */
  readonly tags: readonly string[];
}

export interface Told {
  readonly what: "reminder" | "moved" | "cancelled" | "asked" | "announced";
  readonly occurrence_id: string;
  readonly title: string;
  readonly starts_at: string;
  readonly room_slug: string | null;
}

export interface Address {
  readonly id: string;
  readonly holds: Holds;
  readonly room_id: string | null;
  readonly made_at: string;
  readonly fetched_at: string | null;
}

export interface Preview {
  readonly opens_before_min: number;
  readonly next: readonly string[];
  readonly clash: { readonly title: string; readonly ends_at: string } | null;
}
