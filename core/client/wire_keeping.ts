/** The nouns of docs/protocol.md that stand in frames to whoever keeps the place in order. */

/** Somebody asks to come in. */
export interface Application {
  readonly id: string;
  readonly handle: string;
  readonly display_name: string;
  readonly reason: string;
  readonly applied_at: string;
}

export interface PluginInfo {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly state: string;
  /** Why it does not run, as a key: core/salon/host/status.py. */
  readonly reason: string | null;
  /** The same for who mends it, in English. */
  readonly detail: string;
  readonly faults: number;
  readonly where: string | null;
  /** What it is given beyond what every plugin is, as keys. */
  readonly capabilities: readonly string[];
}

export type SanctionKind = "warning" | "time_out" | "kick" | "suspension" | "ban";

export interface Sanction {
  readonly id: string;
  readonly account_id: string;
  readonly kind: SanctionKind;
  readonly began_at: string;
  readonly until: string | null;
  readonly reason: string;
  readonly by_account_id: string | null;
  readonly ended_at: string | null;
  readonly ended_by_id: string | null;
}

/** One deed. Without an actor: the server, or its keeper. Without details: they were erased. */
export interface AuditEntry {
  readonly id: string;
  readonly at: string;
  readonly actor_id: string | null;
  readonly action: string;
  readonly target: { readonly kind: string; readonly id: string };
  readonly details: {
    readonly name: string;
    readonly before: Readonly<Record<string, unknown>>;
    readonly after: Readonly<Record<string, unknown>>;
    readonly reason: string;
  } | null;
  /** Whether the reader may take it back now. */
  readonly can_undo: boolean;
}
