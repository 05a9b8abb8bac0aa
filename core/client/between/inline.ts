import "../app/first.ts";
/** What stands between messages, as one module. */

export { default as HiddenRow } from "./hidden.tsx";
export { default as ThreadButton } from "./thread_button.tsx";
export { default as ThreadLine } from "./thread_line.tsx";
