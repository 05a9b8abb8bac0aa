/** The administration: what the person may change, one page per topic; plugins' pages last. */

import "../app/first.ts";
import { type App, useApp } from "../app/app.ts";
import { type Topic, Topics } from "../app/topics.tsx";
import { t } from "../i18n.ts";
import { kindsOf } from "../between/sanction.tsx";
import { Mark } from "../kit/doorway.tsx";
import { Invitations } from "../settings/invitations.tsx";
import { may } from "../world.ts";
import { Applications } from "./applications.tsx";
import { AuditLog } from "./audit.tsx";
import { DoctorPage } from "../doctor/doctor_page.tsx";
import { CommunityPage } from "./community.tsx";
import { JobsPage } from "./jobs.tsx";
import { Members } from "./members.tsx";
import { OverviewPage } from "./overview.tsx";
import { KeptTopics } from "./topics.tsx";
import { OwnEmoji } from "./own_emoji.tsx";
import { Places } from "./places.tsx";
import { Plugins } from "./plugins.tsx";
import { Roles } from "./roles.tsx";
import { Sanctions } from "./sanctions.tsx";
import { ServerPage } from "./server.tsx";
import { ViewAs, type ViewAsProps } from "./view_as.tsx";

/** Who asks at the door, and whom members ask in. */
function WaysIn() {
  const { applicants, store } = useApp();
  const mayAsk = store.community.value.registration === "approval" || applicants.value > 0;
  return (
    <>
      {mayAsk && <Applications />}
      <Invitations />
    </>
  );
}

/** The pages of the administration that somebody sees, with those of plugins left out. */
export function topicsOf(app: App): readonly Topic[] {
  const { store } = app;
  const all: readonly (Topic & { readonly needs: string })[] = [
    {
      key: "overview",
      title: t("ov.title"),
      detail: t("ov.about"),
      icon: "home",
      View: OverviewPage,
      needs: "server.manage",
    },
    {
      key: "members",
      title: t("adm.members"),
      icon: "users",
      View: Members,
      needs: "member.manage",
    },
    {
      key: "sanctions",
      title: t("sanction.list"),
      icon: "shield",
      View: Sanctions,
      needs: kindsOf(app).length > 0 ? "" : "member.time_out",
    },
    {
      key: "roles",
      title: t("adm.roles"),
      detail: t("roles.order"),
      icon: "key",
      View: Roles,
      needs: "role.manage",
    },
    { key: "places", title: t("adm.places"), icon: "door", View: Places, needs: "channel.manage" },
    {
      key: "topics",
      title: t("adm.topics"),
      detail: t("adm.topics_text"),
      icon: "bell",
      View: KeptTopics,
      needs: "channel.manage",
    },
    {
      key: "emoji",
      title: t("adm.emoji"),
      icon: "smile",
      View: OwnEmoji,
      needs: "emoji.manage",
    },
    {
      key: "invitations",
      title: t("set.invitations"),
      icon: "mail",
      View: WaysIn,
      needs: "member.manage",
    },
    {
      key: "audit",
      title: t("adm.audit"),
      detail: t("adm.audit_detail"),
      icon: "file",
      View: AuditLog,
      needs: "audit.view",
    },
    {
      key: "plugins",
      title: t("adm.plugins"),
      icon: "puzzle",
      View: Plugins,
      needs: "server.manage",
    },
    {
      key: "server",
      title: t("adm.server"),
      detail: t("srv.now"),
      icon: "server",
      View: ServerPage,
      needs: "server.manage",
    },
    {
      key: "doctor",
      title: t("doc.title"),
      detail: t("doc.about"),
      icon: "check",
      View: DoctorPage,
      needs: "server.manage",
    },
    {
      key: "jobs",
      title: t("adm.jobs"),
      detail: t("jobs.about"),
      icon: "refresh",
      View: JobsPage,
      needs: "server.manage",
    },
    {
      key: "community",
      title: t("adm.community"),
      icon: "globe",
      View: CommunityPage,
      needs: "server.manage",
    },
  ];
  return all.filter((each) => !each.needs || may(store.world.value, each.needs));
}

export default function Admin(
  { topic, House }: { readonly topic: string; readonly House: ViewAsProps["House"] },
) {
  const app = useApp();
  const { store } = app;
  if (topic === "view") return <ViewAs House={House} topicsOf={topicsOf} />;
  const topics = topicsOf(app);
  const head = (
    <div class="who">
      <Mark icon={store.community.value.icon_id} />
      <div class="grow">
        <b class="display trunc">
          <bdi>{store.community.value.name}</bdi>
        </b>
        <span class="xs muted">{t("admin")}</span>
      </div>
    </div>
  );
  return <Topics base="admin" label={t("admin")} head={head} topics={topics} topic={topic} />;
}
