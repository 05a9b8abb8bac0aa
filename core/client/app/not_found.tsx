/** What stands where no place is. */

import "./first.ts";
import { t } from "../i18n.ts";
import { Link } from "../kit/button.tsx";
import { Doorway } from "../kit/doorway.tsx";
import { Empty } from "../kit/place.tsx";
import { BackToRooms } from "./frame.tsx";

/** No such place, or not for this person: the two look alike on purpose. */
export default function NotFound() {
  return (
    <main class="panel main" id="main" tabIndex={-1} aria-label={t("lost.title")}>
      <header class="head only-phone">
        <BackToRooms />
      </header>
      <Empty
        isPage
        picture={<Doorway icon="lock" size="xl" />}
        title={t("lost.title")}
        text={t("lost.text")}
      >
        <Link to="/" class="btn primary">{t("lost.home")}</Link>
      </Empty>
    </main>
  );
}
