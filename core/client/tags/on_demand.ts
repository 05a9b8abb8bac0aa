/** Topics for what does not show them at first: fetched when they are. */

import { lazily } from "../app/lazily.tsx";

export const TagsField = lazily(
  async () => ({ default: (await import("./tags_field.tsx")).TagsField }),
  "dialog",
);
export const TopicsOf = lazily(
  async () => ({ default: (await import("./follow.tsx")).TopicsOf }),
  "dialog",
);
export const TopicsToFollow = lazily(
  async () => ({ default: (await import("./follow.tsx")).TopicsToFollow }),
  "dialog",
);
