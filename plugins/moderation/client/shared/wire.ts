/** What the plugin's server half says: plugins/moderation/salon_moderation/shapes.py. */

export type Reason = "spam" | "hurtful" | "other";

export type Sanctioning = "warn" | "time_out" | "kick" | "suspend" | "ban";

export interface Case {
  readonly id: string;
  readonly message_id: string;
  readonly channel_id: string;
  readonly author_id: string;
  readonly text: string;
  readonly posted_at: string;
  readonly state: "open" | "closed";
  readonly decision: string | null;
  readonly opened_at: string;
  readonly decided_at: string | null;
  /** Said in a conversation: only what was shown of it is seen. */
  readonly is_between: boolean;
  readonly reports: number;
  readonly reasons: readonly Reason[];
}

export interface Report {
  readonly reporter_id: string;
  readonly reason: Reason;
  readonly note: string;
  readonly reported_at: string;
}

export interface Step {
  readonly id: string;
  readonly case_id: string;
  readonly actor_id: string | null;
  readonly what: string;
  readonly until: string | null;
  readonly reason: string;
  readonly at: string;
}

export interface LoggedStep extends Step {
  readonly author_id: string;
  readonly channel_id: string;
  readonly can_undo: boolean;
}

export interface Said {
  readonly id: string;
  readonly author_id: string;
  readonly text: string;
  readonly posted_at: string;
}

export interface Page {
  readonly cases: readonly Case[];
  readonly has_more: boolean;
  readonly open_count: number;
  readonly open_since: string | null;
}

export interface Shown {
  readonly case: Case;
  readonly reports: readonly Report[];
  readonly history: readonly Step[];
  readonly before: readonly Said[];
  readonly after: readonly Said[];
  readonly may_delete: boolean;
  readonly may_impose: readonly Sanctioning[];
  readonly may_keep_out: boolean;
}

export interface LogPage {
  readonly steps: readonly LoggedStep[];
  readonly has_more: boolean;
}

export interface CaseChanged {
  readonly case: string;
  readonly state: "open" | "closed" | "removed";
  readonly open_count: number;
}
