import "../app/first.ts";
/** All that shows files, fetched together: under messages, and with what is being written. */

export { Files } from "./file_rows.tsx";
export { AttachButton, trayOf, TrayView } from "./tray_view.tsx";
