/** Who lives here, and the rules of the house. Fetched with them. */

import type { Text } from "../i18n.ts";

export const enPeople = {
  "people.one": "Somebody",
  "people.guest": "Guest",
  "people.owner": "Owner",
  "people.roles": "Roles",
  "people.since": "Here since {date}",
  "people.edit": "Edit my profile",
  "people.write": "Write",
  "people.manage": "Manage",
  "people.find": "Find somebody",
  "people.role": "With the role",
  "people.all": "Any",
  "people.none": "Nobody with these words. Try fewer.",
  "people.show": "Show",
  "rules.title": "The house rules",
  "rules.lead": "They are new, or have changed since you read them.",
  "rules.agree": "I keep them",
  "rules.later": "Later",
  "warning.title": "A warning from the hosts",
  "warning.lead": "Nothing else follows from it. Please read why:",
  "warning.no_reason": "They gave no reason.",
  "warning.read": "I have read it",
  "step.title": "A second step is missing",
  "step.everybody":
    "{place} asks everybody for a second step when signing in: a passkey, or codes of an app. Until you have one, you see nothing here.",
  "step.lead": "It takes a minute, under Sign-in and devices.",
  "step.set_up": "Set it up",
  "step.roles": {
    one:
      "The role {roles} asks for a second step when signing in: a passkey, or codes of an app. Until you have one, what it lets you do rests.",
    other:
      "The roles {roles} ask for a second step when signing in: a passkey, or codes of an app. Until you have one, what they let you do rests.",
  },
} as const satisfies Readonly<Record<string, Text>>;
