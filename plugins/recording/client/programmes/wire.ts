/** What the server says of shows and pieces. */

export interface Slot {
  readonly title: string;
  /** The piece that is the same each time; null: for talk. */
  readonly piece: string | null;
  /** By its title, where the server's settings name it. */
  readonly piece_title: string;
  readonly between: string | null;
  readonly between_title: string;
  readonly length_s: number;
}

/** Once a week, by the clocks of a place; 0 is Monday. */
export interface Schedule {
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly zone: string;
}

/** What a show says of itself; what is empty is the community's. */
export interface ShowWords {
  readonly title: string;
  readonly description: string;
  readonly author: string;
  readonly language: string;
  readonly category: string;
  readonly explicit: boolean;
  readonly email: string;
  readonly funding: string;
  readonly funding_words: string;
}

export interface ShowCard extends ShowWords {
  readonly id: string;
  readonly revision: number;
  readonly slug: string;
  /** Its title, or the community's name. */
  readonly name: string;
  readonly url: string;
  readonly feed_url: string;
  readonly cover_url: string;
  /** Nobody outside knows of it; so from its first day, or never. */
  readonly for_members: boolean;
  readonly has_cover: boolean;
  readonly slots: readonly Slot[];
  readonly schedule: Schedule | null;
  readonly approved: boolean;
  readonly approved_by: string | null;
  /** The server's settings name it: it is not edited here. */
  readonly in_file: boolean;
  readonly may_edit: boolean;
  readonly may_approve: boolean;
}

export interface Piece {
  readonly id: string;
  readonly title: string;
  readonly brought_by: string | null;
  readonly duration_s: number;
  readonly created_at: string;
}
