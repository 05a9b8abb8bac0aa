/** Starts the page: reads what the server put into it, opens the line, renders. */

import { render } from "preact";
import { startLanguage } from "../i18n.ts";
import { browserLine } from "../socket.ts";
import { App, AppProvider } from "./app.ts";
import { boot } from "./boot.ts";
import { keepLook } from "./look.ts";
import { fromServer } from "./modules.ts";
import { Shell } from "./shell.tsx";
import "./app.css";

if (boot.accent_hue !== undefined) {
  document.documentElement.style.setProperty("--accent-h", String(boot.accent_hue));
}

const app = new App(browserLine(), fromServer);
keepLook(app);
app.start();
await startLanguage(boot.language); // beside the first steps of the line

const root = document.getElementById("app");
if (root) {
  render(
    <AppProvider value={app}>
      <Shell />
    </AppProvider>,
    root,
  );
}
