/** What is asked and shown about messages in a dialog of its own; stands beside the log. */

import "../app/first.ts";
import { loadWords } from "../i18n.ts";
import type { Channel, Message } from "../wire.ts";
import type { Conversation } from "./conversation.ts";
import { DeleteDialog } from "./delete_dialog.tsx";
import { DeletedDialog, FormerDialog } from "./former_dialogs.tsx";
import { ReactionsDialog } from "./reactions_dialog.tsx";
import { SeveralDialog } from "./several_dialog.tsx";

await loadWords("writing");

/** What a row asks for: to delete it, its former texts, to delete several, what was deleted here, who reacted. */
export type Asking = "delete" | "former" | "several" | "deleted" | "reactions";

export interface DialogsProps {
  readonly what: Asking;
  readonly message: Message;
  readonly channel: Channel;
  readonly conversation: Conversation;
  readonly onClose: () => void;
}

export default function Dialogs(props: DialogsProps) {
  switch (props.what) {
    case "delete":
      return <DeleteDialog message={props.message} onClose={props.onClose} />;
    case "former":
      return <FormerDialog message={props.message} onClose={props.onClose} />;
    case "several":
      return <SeveralDialog {...props} />;
    case "reactions":
      return <ReactionsDialog {...props} />;
    case "deleted":
      return <DeletedDialog channel={props.channel} onClose={props.onClose} />;
  }
}
