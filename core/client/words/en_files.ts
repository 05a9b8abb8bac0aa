/** Files with messages, as pictures of people and of the community; fetched with the first one. */

import type { Text } from "../i18n.ts";

export const enFiles = {
  "files.attach": "Attach files",
  "files.tray": "Files to send",
  "files.describe": "Describe it (optional)",
  "files.describe_name": "Describe {name} for those who cannot see it (optional)",
  "files.remove": "Take {name} back",
  "files.on_the_way": "{name} is on its way",
  "files.there": "{n} of {of} uploaded",
  "files.held": "Sent when all files are uploaded.",
  "files.held_failed": "A file did not get through. Try it again or take it back.",
  "files.too_large": "Too large: at most {most} fit.",
  "files.too_many": {
    one: "At most {n} file goes with a message.",
    other: "At most {n} files go with a message.",
  },
  "files.open": "Open {name}",
  "files.download": "Download",
  "files.download_name": "Download {name}",
  "files.close": "Close",
  "files.nth": "{n} of {of}",
  "files.before": "The one before",
  "files.next": "The next one",
} satisfies Record<string, Text>;
