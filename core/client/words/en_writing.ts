/**
 * What is done with messages now and then: hidden words, code, pins, former texts, many at once, slow
 * mode, commands. Fetched with it.
 */

import type { Text } from "../i18n.ts";

export const enWriting = {
  "message.author": "Who wrote this",
  "card.rooms": "Rooms that it links to",
  "card.all": "What the links lead to",
  "card.remove": "Take away the card “{title}”",
  "code.copy": "Copy",
  "composer.timed_out": "You are in time out until {until}. You can read and listen.",
  "composer.timed_out_for": "Reason: {reason}",
  "deleted.by": "{name} deleted it {when}",
  "deleted.by_author": "Deleted by its author {when}",
  "deleted.none": "Nothing was deleted here lately",
  "deleted.show": "What was deleted here",
  "deleted.somebody": "Somebody",
  "deleted.title": "Deleted in {room}",
  "former.from_to": "From {from} until {until}",
  "former.none": "What it said before is kept no longer",
  "former.now": "Now",
  "former.show": "What it said before",
  "message.pin": "Pin",
  "message.unpin": "Unpin",
  "pins.go": "Go there",
  "pins.none": "Nothing is pinned here yet",
  "pins.none_text": "What is worth finding again can be pinned in the menu of a message.",
  "several.all_of": "All of {name}",
  "several.delete": { one: "Delete {n} message", other: "Delete {n} messages" },
  "several.show": "Delete several",
  "several.text": "Of what stands in this page, the newest last. Up to {most} at once.",
  "several.title": "Which messages shall go?",
  "slash.account_hint": "The name behind the @",
  "slash.commands": "Commands",
  "slash.nick": "Be called something else here",
  "slash.nobody": "Nobody here is called {name}.",
  "slash.optional": "{field} (if you like)",
  "slash.run": "Do it",
  "slash.slow": "Slow this channel down",
  "slash.spoiler": "Say something that is hidden at first",
  "slow.is_on": "Slow mode: one message every {pause}.",
  "slow.wait": "You can write again in {wait}.",
  "spoiler.show": "Hidden words. Show them",
} as const satisfies Readonly<Record<string, Text>>;
